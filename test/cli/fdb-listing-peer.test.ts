// What tells and changes nothing: octet for octet what fdb5's own tools print, over databases that they wrote.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { noFdb } from '../support/fdb-peer.js';
import { noEccodes } from '../grib/peer.js';
import { ensemble, openStores, oper, sameAsPeer } from './fdb-support.js';

t.test('listings and reports are those of fdb5', { skip: noFdb || noEccodes }, async (t) => {
  const stores = openStores(t);
  const { peer, four, template } = stores;
  const hammer = ['--nsteps=2', '--nensembles=2', '--nlevels=2', '--nparams=2', '--class=rd', template];
  // Archived again, purged, hidden in part, over sub-tocs, and laid over another.
  for (let i = 0; i < 2; i++) peer.run('fdb-write', four);
  peer.run('fdb-purge', '--doit', oper);
  peer.run('fdb-write', four);
  peer.run('fdb-hammer', '--expver=hm01', ...hammer);
  peer.runWith({ FDB5_SUB_TOCS: '1' }, 'fdb-hammer', '--expver=hm02', ...hammer);
  peer.run('fdb-overlay', `${oper},domain=g`, `${oper},domain=g`.replace('xx01', 'xx03'));
  peer.run('fdb-lock', '--wipe', '--archive', ensemble);

  const all = '--minimum-keys=';
  await t.test('list', async (t) => {
    for (const options of [[], ['--full'], ['--location'], ['--porcelain'], ['--full', '--location', '--porcelain']]) {
      for (const request of ['class=rd,expver=xx01', 'class=rd,expver=hm01', 'class=rd,expver=hm02', 'class=rd,expver=xx03'])
        await sameAsPeer(t, stores, 'list', ...options, request);
    }
    await sameAsPeer(t, stores, 'list', all, '--all');
    await sameAsPeer(t, stores, 'list', all, 'class=rd', 'class=od');
    await sameAsPeer(t, stores, 'list', 'class=rd,expver=hm01,step=0/to/1/by/1,number=2');
    await sameAsPeer(t, stores, 'list', 'class=rd');
    await sameAsPeer(t, stores, 'list', '--all');
    await sameAsPeer(t, stores, 'list', '--json', '--location', 'nonsense');
  });

  await t.test('where, status, stats, dump', async (t) => {
    for (const tool of [['where'], ['status'], ['stats'], ['stats', '--details'], ['dump'], ['dump', '--simple']] as const) {
      const [name, ...options] = tool;
      for (const expver of ['xx01', 'hm01', 'hm02', 'xx03', 'none'])
        await sameAsPeer(t, stores, name, ...options, `class=rd,expver=${expver}`);
    }
  });

  await t.test('dump-toc, dump-index, schema, root', async (t) => {
    for (const database of readdirSync(peer.root)) {
      for (const file of readdirSync(join(peer.root, database))) {
        const path = join(peer.root, database, file);
        if (file === 'toc') for (const options of [[], ['--walk']]) await sameAsPeer(t, stores, 'dump-toc', ...options, path);
        if (file.endsWith('.index')) await sameAsPeer(t, stores, 'dump-index', path);
      }
    }
    await sameAsPeer(t, stores, 'schema');
    await sameAsPeer(t, stores, 'schema', join(peer.folder, 'schema'));
    await sameAsPeer(t, stores, 'schema', join(peer.folder, 'none'));
    await sameAsPeer(t, stores, 'root', `${oper},domain=g`, `${oper},domain=g`.replace('xx01', 'zzzz'));
  });

  await t.test('wipe, purge and hide before they are meant', async (t) => {
    for (const request of [oper, `${oper},type=an`, `${oper},step=0`, oper.replace('xx01', 'zzzz')]) {
      for (const options of [[], ['--porcelain'], ['--ignore-no-data']]) await sameAsPeer(t, stores, 'wipe', ...options, request);
    }
    for (const options of [[], ['--porcelain']]) await sameAsPeer(t, stores, 'purge', ...options, ensemble.replace('hm01', 'hm02'));
    await sameAsPeer(t, stores, 'hide', `${oper},domain=g`);
    await sameAsPeer(t, stores, 'lock', oper);
    await sameAsPeer(t, stores, 'wipe', 'class=rd,expver=xx01');
  });
});
