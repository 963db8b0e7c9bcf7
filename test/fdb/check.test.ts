import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { check, type CheckReport, checkDatabase, type FindingKind, FINDINGS } from '../../src/fdb/admin/index.js';
import { noFdb } from '../support/fdb-peer.js';
import {
  collected,
  fieldFile,
  folderIn,
  only,
  request,
  selection,
  selectionOf,
  sharedFdb,
  type SharedFdb,
  sorted,
} from './admin-support.js';

const peerTest = noFdb === false ? {} : { skip: noFdb };

function kinds({ findings }: CheckReport): readonly FindingKind[] {
  return [...new Set(findings.map(({ kind }) => kind))].sort();
}

function named(fdb: SharedFdb, ending: string): readonly string[] {
  return readdirSync(folderIn(fdb.peer))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folderIn(fdb.peer), name));
}

function flip(file: string, offset: number, mask = 0xff): void {
  const octets = readFileSync(file);
  octets[offset] = (octets[offset] as number) ^ mask;
  writeFileSync(file, octets);
}

t.test('what upstream wrote, archived again, purged, with sub-tocs and an overlay, is sound', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  write(file);
  write(file);
  write(fieldFile(peer, 'b.grib', [12]), { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  const first = await only(check(context, config, selection, { messages: 'keys' }));
  t.same(first.findings, []);
  t.ok(first.isSound);
  t.same([first.entries, first.messages, first.indexes, first.dataFiles], [5, 5, 3, 3]);
  peer.run('fdb-purge', '--doit', request);
  peer.run('fdb-overlay', '--variable-keys=expver', request, request.replace('xxxx', 'yyyy'));
  for (const report of await collected(check(context, config, new Map([['class', ['rd']]]), { messages: 'keys' })))
    t.same(report.findings, [], report.path);
  await t.rejects(collected(check(context, config, selectionOf(request.replace('xxxx', 'none')))), { code: 'absent.database' });
  await t.rejects(checkDatabase(context, config, join(peer.folder, 'none')), { code: 'absent.database' });
});

t.test('trees of many pages by upstream are sound, and every kind of damage to them is found and repaired', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config } = fdb;
  t.teardown(() => peer.remove());
  const template = fieldFile(peer, 'template.grib', [0]);
  // All in one flush: one tree of several pages.
  peer.run('fdb-hammer', '--nsteps=1', '--nensembles=1', '--nlevels=260', '--nparams=5', '--expver=xxxx', '--class=rd', template);
  const before = sorted(fdb.theirs());
  t.equal(before.length, 1300);
  t.same(kinds(await only(check(context, config, selection, { messages: 'ends' }))), []);
  const index = named(fdb, '.index')[0] as string;
  const whole = readFileSync(index);
  t.ok(whole.length >= 3 * 65536);
  const page = (number: number): number => (number - 1) * 65536;
  const damages: readonly (readonly [string, number, number, FindingKind])[] = [
    ['number of a page', page(2), 0x04, 'index.page'],
    ['count of a page', page(2) + 9, 0x10, 'index.page'],
    ['link to the left', page(2) + 24, 0x02, 'index.link'],
    ['link to the right', page(2) + 32, 0x02, 'index.link'],
    ['first text of a leaf', page(2) + 40, 0x40, 'index.order'],
    ['child of the root', page(1) + 40 + 32, 0x04, 'index.link'],
  ];
  for (const [what, offset, mask, kind] of damages) {
    flip(index, offset, mask);
    const report = await only(check(context, config, selection, { messages: 'none' }));
    t.ok(kinds(report).includes(kind), `${what}: ${kinds(report).join(' ')}`);
    t.notOk(report.isSound);
    writeFileSync(index, whole);
  }
  flip(index, page(2), 0x04);
  const repaired = await only(check(context, config, selection, { messages: 'none', repair: true }));
  t.ok(repaired.findings.some(({ repair }) => repair === 'done'));
  t.same(sorted(fdb.theirs()), before, 'upstream lists every field again');
  t.same(kinds(await only(check(context, config, selection, { messages: 'ends' }))), []);
});

t.test('a lost index is made anew from its messages, and does not bring back what newer ones hide', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  const old = named(fdb, '.index')[0] as string;
  write(fieldFile(peer, 'b.grib', [6, 12]));
  const before = sorted(fdb.theirs());
  rmSync(old);
  const found = await only(check(context, config, selection));
  t.same(kinds(found), ['index.missing']);
  t.equal(found.findings[0]?.repair, 'possible');
  t.equal(readdirSync(folderIn(peer)).length, 5, 'nothing is changed');
  const repaired = await only(check(context, config, selection, { repair: true }));
  t.ok(repaired.isSound);
  t.same(sorted(fdb.theirs()), before);
  t.same(sorted(await fdb.ours()), before);
  t.same(kinds(await only(check(context, config, selection, { messages: 'keys' }))), []);
});

t.test('two lost indexes of one key are made anew in their order', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  write(fieldFile(peer, 'b.grib', [0, 6]));
  const before = sorted(fdb.theirs());
  for (const file of named(fdb, '.index')) rmSync(file);
  await only(check(context, config, selection, { repair: true }));
  t.same(sorted(fdb.theirs()), before);
});

t.test('damage to messages is found: marks, lengths, keys, missing and short files', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  const data = named(fdb, '.data')[0] as string;
  const whole = readFileSync(data);
  const half = whole.length / 2;
  const octet = (text: string): number => whole.indexOf(text);
  const cases: readonly (readonly [string, () => void, FindingKind, 'ends' | 'keys'])[] = [
    ['beginning', () => flip(data, 0), 'data.message', 'ends'],
    ['edition', () => flip(data, 7), 'data.message', 'ends'],
    ['length', () => flip(data, 15, 1), 'data.message', 'ends'],
    ['end', () => flip(data, whole.length - 1), 'data.message', 'ends'],
    ['experiment', () => flip(data, octet('xxxx'), 1), 'data.key', 'keys'],
    ['short', () => truncateSync(data, half + 10), 'data.short', 'ends'],
    ['missing', () => rmSync(data), 'data.missing', 'ends'],
  ];
  for (const [what, damage, kind, messages] of cases) {
    damage();
    const report = await only(check(context, config, selection, { messages }));
    t.same(kinds(report), [kind], what);
    t.notOk(report.isSound);
    t.ok(
      (await only(check(context, config, selection, { messages, repair: true }))).findings.every(({ repair }) => repair === 'none'),
      'nothing is made up',
    );
    writeFileSync(data, whole);
  }
  t.same(kinds(await only(check(context, config, selection, { messages: 'keys' }))), []);
});

t.test('a torn end of the table of contents is cut, and upstream, which failed on it, lists again', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  write(fieldFile(peer, 'b.grib', [12]));
  const toc = join(folderIn(peer), 'toc');
  const size = readFileSync(toc).length;
  truncateSync(toc, size - 300);
  const found = await only(check(context, config, selection));
  t.ok(kinds(found).includes('toc.torn'));
  t.equal(readFileSync(toc).length, size - 300);
  const repaired = await only(check(context, config, selection, { repair: true }));
  t.ok(repaired.findings.some(({ kind, repair }) => kind === 'toc.torn' && repair === 'done'));
  t.equal(readFileSync(toc).length, size - 1024);
  t.equal(fdb.theirs().length, 2);
  t.same(kinds(await only(check(context, config, selection))), ['orphan.data', 'orphan.index'], 'what only the torn record named');
  const adopted = await only(check(context, config, selection, { repair: true, adopt: true }));
  t.ok(adopted.findings.some(({ kind, repair }) => kind === 'orphan.data' && repair === 'done'));
  t.equal(fdb.theirs().length, 3, 'the lost field is back on request');
  t.same(sorted(await fdb.ours()), sorted(fdb.theirs()));
});

t.test('a last record whose length alone is damaged is not cut off: its length is put right', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  const toc = join(folderIn(peer), 'toc');
  const whole = readFileSync(toc);
  flip(toc, whole.length - 1024 + 105);
  const found = await only(check(context, config, selection));
  t.ok(kinds(found).includes('toc.record'));
  t.notOk(found.isSound);
  await only(check(context, config, selection, { repair: true }));
  t.same(readFileSync(toc), whole);
});

t.test('every octet of a record that is changed is found, or changes nothing that is read', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  write(fieldFile(peer, 'b.grib', [6]));
  const toc = join(folderIn(peer), 'toc');
  const whole = readFileSync(toc);
  const shown = await fdb.ours();
  // The second INDEX record, header and payload: every octet that says something.
  const start = whole.length - 1024;
  let found = 0;
  for (let offset = start; offset < start + 700; offset += 5) {
    flip(toc, offset);
    const reports = await collected(check(context, config, new Map([['class', ['rd']]]), { messages: 'keys' }));
    const isFound = reports.some((report) => !report.isSound);
    if (isFound) found += 1;
    else if (
      !(await fdb.ours().then(
        (lines) => lines.length === shown.length && lines.every((line) => shown.includes(line)),
        () => false,
      ))
    )
      t.fail(`octet ${offset - start} of the record changes the listing and is not found`);
    writeFileSync(toc, whole);
  }
  t.ok(found > 40, `${found} of them are found`);
});

t.test('leftovers are told from files of the database: unflushed messages, orphans, locks, strangers', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  const data = named(fdb, '.data')[0] as string;
  const folder = folderIn(peer);
  const more = readFileSync(fieldFile(peer, 'more.grib', [6]));
  appendFileSync(data, more);
  appendFileSync(data, more.subarray(0, 100));
  writeFileSync(join(folder, 'pf:pl.20240101.000000.host.4294967296.data'), more);
  writeFileSync(join(folder, 'pf:pl.20240101.000000.host.4294967297.index'), '');
  writeFileSync(join(folder, 'toc.20240101.000000.host.4294967298'), '');
  writeFileSync(join(folder, 'toc.repair.lock'), '');
  writeFileSync(join(folder, 'stranger.txt'), '');
  const later = { ...context, clock: { now: () => Date.now() + 3_600_000, elapsedMs: () => 0 } };
  const report = await only(check(later, config, selection));
  t.same(kinds(report), ['lock.stale', 'orphan.data', 'orphan.index', 'orphan.messages', 'orphan.octets', 'orphan.toc', 'unknown.file']);
  t.ok(report.isSound, 'none of it is an error');
  for (const { kind } of report.findings) t.type(FINDINGS[kind], 'string');
  await only(check(later, config, selection, { repair: true }));
  t.equal(fdb.theirs().length, 1, 'what was never flushed stays unseen');
  t.notOk(readdirSync(folder).includes('toc.repair.lock'));
  await only(check(later, config, selection, { repair: true, adopt: true }));
  t.equal(fdb.theirs().length, 2, 'unless it is asked for');
  t.same(sorted(await fdb.ours()), sorted(fdb.theirs()));
});

t.test('a database without schema, and one whose first record is damaged, are findings and not failures', peerTest, async (t) => {
  const fdb = await sharedFdb();
  const { peer, context, config, write } = fdb;
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  const schema = readFileSync(join(folderIn(peer), 'schema'));
  rmSync(join(folderIn(peer), 'schema'));
  t.same(kinds(await only(check(context, config, selection))), ['schema.missing']);
  writeFileSync(join(folderIn(peer), 'schema'), schema);
  flip(join(folderIn(peer), 'toc'), 0);
  t.same(kinds(await only(check(context, config, selection))), ['toc.key']);
});
