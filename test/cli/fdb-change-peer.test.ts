// What changes databases: the same files go, and upstream's tools see what ours did.
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { noFdb } from '../support/fdb-peer.js';
import { noEccodes } from '../grib/peer.js';
import { ensemble, openStores, oper, type Stores } from './fdb-support.js';

const sorted = (text: string): readonly string[] => text.split('\n').sort();
const filesIn = (folder: string): readonly string[] => readdirSync(folder, { recursive: true }).map(String).sort();

/** Theirs and ours on the same files: the same lines, in whatever order the work was done, and the same files after it. */
async function sameWork(t: Test, stores: Stores, tool: string, ...args: readonly string[]): Promise<void> {
  const { root, folder } = stores.peer;
  const saved = join(folder, 'saved');
  cpSync(root, saved, { recursive: true, preserveTimestamps: true });
  const theirs = stores.fdb(tool, ...args);
  const theirFiles = filesIn(root);
  rmSync(root, { recursive: true });
  cpSync(saved, root, { recursive: true, preserveTimestamps: true });
  const ours = await stores.here(tool, ...args);
  t.strictSame(sorted(ours.stdout), sorted(theirs.stdout), `${tool} ${args.join(' ')}`);
  t.equal(ours.code === 0, theirs.code === 0, `exit codes ${ours.code} and ${theirs.code}: ${ours.stderr}`);
  t.strictSame(filesIn(root), theirFiles, 'the same files stay');
  rmSync(root, { recursive: true });
  cpSync(saved, root, { recursive: true, preserveTimestamps: true });
  rmSync(saved, { recursive: true });
}

t.test('wipe, purge, locks, hide and overlay do what those of fdb5 do', { skip: noFdb || noEccodes }, async (t) => {
  const stores = openStores(t);
  const { peer, four, template } = stores;
  for (let i = 0; i < 2; i++) peer.run('fdb-write', four);
  const hammer = ['--nsteps=2', '--nensembles=2', '--nlevels=2', '--nparams=1', '--class=rd', template];
  peer.runWith({ FDB5_SUB_TOCS: '1' }, 'fdb-hammer', '--expver=hm01', ...hammer);

  await sameWork(t, stores, 'wipe', '--doit', oper);
  await sameWork(t, stores, 'wipe', '--doit', '--porcelain', oper);
  await sameWork(t, stores, 'wipe', '--doit', ensemble);
  await sameWork(t, stores, 'purge', '--doit', oper);
  await sameWork(t, stores, 'purge', '--doit', '--porcelain', ensemble);
  await sameWork(t, stores, 'lock', '--list', '--wipe', oper);
  await sameWork(t, stores, 'hide', '--doit', `${oper},domain=g`);
  await sameWork(t, stores, 'overlay', `${oper},domain=g`, `${oper},domain=g`.replace('xx01', 'xx02'));

  await t.test('upstream sees what ours did', async (t) => {
    t.equal((await stores.dte('lock', '--retrieve', '--wipe', oper)).code, 0);
    t.match(stores.fdb('status', oper).stdout, /\n {2}retrieve: LOCKED\n {2}wipe: LOCKED\n$/);
    t.equal((await stores.dte('wipe', '--doit', oper)).code, 3, 'a locked database is not wiped');
    t.equal((await stores.dte('unlock', '--retrieve', '--wipe', oper)).code, 0);
    t.notMatch(stores.fdb('status', oper).stdout, /LOCKED/);
    t.equal((await stores.dte('hide', '--doit', `${oper},domain=g`)).code, 0);
    t.strictSame(peer.list(oper), [], 'hidden');
    t.equal((await stores.dte('wipe', '--doit', oper)).code, 0);
    t.equal(stores.fdb('where', oper).code, 1, 'gone');
  });
});

t.test('what ours archives is listed and read by fdb5, and the other way round', { skip: noFdb || noEccodes }, async (t) => {
  const stores = openStores(t);
  const { peer, four, template } = stores;
  t.equal((await stores.dte('write', four)).code, 0);
  t.equal(
    (await stores.dte('write', '--modifiers=expver=xx09', '--include-filter=param=130', '--exclude-filter=levelist=500', four)).code,
    0,
  );
  const keys = '{class=rd,expver=xx09,stream=oper,date=20240101,time=0000,domain=g}{type=an,levtype=pl}{step=0,levelist=1000,param=130}';
  t.match(peer.list('class=rd,expver=xx09'), [new RegExp(`^${keys.replace(/[{}]/g, '\\$&')} `)]);
  t.equal(peer.list('class=rd,expver=xx01').length, 4);

  const request = peer.file('request', `retrieve,${oper},domain=g,type=an,levtype=pl,step=0,levelist=500/1000,param=129/130`);
  const [theirs, ours] = [join(peer.folder, 'theirs.grib'), join(peer.folder, 'ours.grib')];
  peer.run('fdb-read', '--raw', request, theirs);
  t.equal((await stores.dte('read', request, ours)).code, 0);
  t.ok(readFileSync(ours).equals(readFileSync(theirs)), 'the same octets in the same order');
  const piped = await stores.dte('read', request, '-');
  t.ok(piped.stdout.equals(readFileSync(theirs)), 'and through a pipe');
  t.equal((await stores.dte('read', '--extract', four, ours)).code, 0);
  t.ok(readFileSync(ours).equals(readFileSync(four)), '--extract gives the messages of a file back');

  const size = ['--nsteps=2', '--nensembles=2', '--nlevels=3', '--nparams=2', '--class=rd'];
  peer.run('fdb-hammer', '--expver=hm01', ...size, template);
  const hammered = await stores.dte('hammer', '--statistics', '--expver=hm02', ...size, template);
  t.equal(hammered.code, 0, hammered.stderr);
  t.match(hammered.stdout.toString(), /^Fields written: 24\nBytes written: \d+\nTotal duration: [\s\S]*\nlocal num flush {23}: 4\n/);
  const listed = (expver: string): readonly string[] =>
    stores.fdb('list', '--porcelain', `class=rd,expver=${expver}`).stdout.replaceAll(expver, 'hmxx').split('\n').sort();
  t.strictSame(listed('hm02'), listed('hm01'), 'the same job as fdb-hammer');
  const back = await stores.dte('hammer', '--read', '--expver=hm01', ...size, template);
  t.match(back.stdout.toString(), /^Fields read: 24\n/);
});
