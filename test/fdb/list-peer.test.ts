import { readFileSync } from 'node:fs';
import t, { type Test as Tap } from 'tap';
import { type FdbPeer, fdbPeer, noFdb } from '../support/fdb-peer.js';
import { configOf, fields, line, listed } from './read-support.js';

const all = { step: [0, 6, 12], number: [1, 2], param: [130, 131] };

/** Two archives that have half of their fields in common, and fields on the surface. */
async function archiveTwice(peer: FdbPeer): Promise<void> {
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all, { mark: 1 })));
  peer.run('fdb-write', peer.file('b.grib', await fields(peer, { ...all, step: [6, 12, 18] }, { mark: 2 })));
  peer.run('fdb-write', peer.file('c.grib', await fields(peer, { param: [167], step: [0, 6] }, { sets: 'typeOfLevel=surface' })));
}

async function sameLines(t: Same, peer: FdbPeer, request: string): Promise<number> {
  const config = await configOf(peer);
  const theirs = peer.list(request, '--raw');
  t.same((await listed(config, request)).map(line), theirs, `the same lines for '${request}'`);
  t.same((await listed(config, request, { masked: 'include' })).map(line), peer.list(request, '--raw', '--full'), `and with --full`);
  return theirs.length;
}
type Same = Pick<Tap, 'same'>;

t.test('entries of archives of the same keys are those of fdb-list, in its order', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  await archiveTwice(peer);
  t.equal(await sameLines(t, peer, 'class=rd,expver=xxxx'), 18, '12 + 4 of step 18 + 2 on the surface');
  t.equal(await sameLines(t, peer, 'class=rd,expver=xxxx,step=6/18,param=131'), 4);
  t.equal(await sameLines(t, peer, 'class=rd,expver=xxxx,levtype=sfc'), 2);
  t.equal(await sameLines(t, peer, 'class=rd,expver=xxxx,levelist=1,number=2'), 8);
  t.equal(await sameLines(t, peer, 'class=rd,expver=zzzz'), 0);
  const masked = await listed(await configOf(peer), 'class=rd,expver=xxxx', { masked: 'only' });
  t.equal(masked.length, 8, 'steps 6 and 12 of the first archive');
  t.ok(masked.every(({ isMasked, keys }) => isMasked && keys[2].get('step') !== '18'));
});

t.test('fewer levels give each database and each group once', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  await archiveTwice(peer);
  peer.run('fdb-write', peer.file('d.grib', await fields(peer, { dataDate: [20240102], param: [130] })));
  const config = await configOf(peer);
  const lines = peer.list('class=rd,expver=xxxx');
  const braces = (count: number): readonly string[] =>
    [...new Set(lines.map((text) => text.split('}').slice(0, count).join('}').concat('}')))].sort();
  const texts = async (depth: 1 | 2, request: string): Promise<readonly string[]> =>
    (await listed(config, request, { depth }))
      .map((entry) => line(entry).split(' ')[0] as string)
      .map((text) => text.replace(/(\{\})+$/, ''))
      .sort();
  t.same(await texts(1, 'class=rd,expver=xxxx'), braces(1));
  t.same(await texts(2, 'class=rd,expver=xxxx'), braces(2));
  t.equal((await texts(2, 'class=rd,expver=xxxx,levtype=sfc')).length, 1);
  t.same(await texts(1, 'class=rd,step=999'), [], 'a database without such a step is not named');
});

t.test('sub-tocs, purged and hidden databases are listed as fdb-list does', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  const request = 'class=rd,expver=xxxx';
  peer.runWith({ FDB_SUB_TOCS: '1' }, 'fdb-write', peer.file('a.grib', await fields(peer, all, { mark: 1 })));
  await archiveTwice(peer);
  t.equal(await sameLines(t, peer, request), 18, 'sub-toc');
  peer.run('fdb-purge', '--doit', 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000');
  t.equal(await sameLines(t, peer, request), 18, 'purged');
  peer.run('fdb-hide', '--doit', 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g');
  t.equal(await sameLines(t, peer, request), 0, 'hidden');
  peer.run('fdb-write', peer.file('e.grib', await fields(peer, { step: [6], param: [130, 131] }, { mark: 3 })));
  t.equal(await sameLines(t, peer, request), 2, 'written after it was hidden');
});

t.test('databases in several roots are all listed', { skip: noFdb }, async (t) => {
  const one = fdbPeer({ roots: ['one'] });
  const both = fdbPeer({ roots: ['own'] });
  t.teardown(() => [one, both].forEach((peer) => peer.remove()));
  one.run('fdb-write', one.file('a.grib', await fields(one, all)));
  both.run('fdb-write', both.file('b.grib', await fields(both, { ...all, dataDate: [20240102] })));
  const configText = readFileSync(both.configFile, 'utf8');
  both.file('config.yaml', `${configText}  - path: ${one.root}\n`);
  t.equal(await sameLines(t, both, 'class=rd,expver=xxxx'), 24);
});

t.test('a database locked for listing is told of, or refused', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  await archiveTwice(peer);
  const config = await configOf(peer);
  peer.file('root/rd:xxxx:enfo:20240101:0000:g/list.lock', '');
  t.same(peer.list('class=rd,expver=xxxx'), [], 'fdb-list says nothing');
  await t.rejects(listed(config, 'class=rd,expver=xxxx'), { code: 'auth.locked', message: /locked for listing/ });
  const told: string[] = [];
  t.same(await listed(config, 'class=rd,expver=xxxx', { onDamage: ({ code }) => told.push(code) }), []);
  t.same(told, ['auth.locked']);
});
