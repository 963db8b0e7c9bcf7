import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  adopt,
  control,
  dump,
  dumpIndex,
  dumpToc,
  hide,
  overlay,
  patch,
  reindex,
  stats,
  status,
  sumStats,
} from '../../src/fdb/admin/index.js';
import { readFdbConfig } from '../../src/fdb/config/index.js';
import { formatKey } from '../../src/fdb/types.js';
import { noFdb } from '../support/fdb-peer.js';
import { collected, fieldFile, folderIn, only, request, selection, selectionOf, sharedFdb, sorted, tried } from './admin-support.js';

const peerTest = noFdb === false ? {} : { skip: noFdb };

t.test('locks that we set are those that upstream shows and obeys, and the other way round', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0]);
  write(file);
  const locked = await only(control(context, config, selection, { action: 'lock', controls: ['archive', 'list'] }));
  t.same(sorted([...locked.locks]), ['archive', 'list']);
  t.same(
    peer
      .run('fdb-status', request)
      .split('\n')
      .filter((line) => line.includes('LOCKED'))
      .map((line) => line.trim()),
    ['archive: LOCKED', 'list: LOCKED'],
  );
  t.ok(tried(() => peer.run('fdb-write', file)).failed);
  t.same(peer.list('class=rd'), []);
  peer.run('fdb-unlock', '--list', request);
  peer.run('fdb-lock', '--retrieve', '--wipe', request);
  const found = await only(status(context, config, selection));
  t.same(sorted([...found.locks]), ['archive', 'retrieve', 'wipe']);
  t.equal(found.path, folderIn(peer));
  t.equal(formatKey(found.key), `{${request}}`);
  await collected(control(context, config, selection, { action: 'unlock', controls: ['archive', 'retrieve', 'wipe', 'list'] }));
  t.notMatch(peer.run('fdb-status', request), 'LOCKED');
});

t.test('a lock of nothing, of an unknown thing or of no database is refused', peerTest, async (t) => {
  const { peer, context, config } = await sharedFdb();
  t.teardown(() => peer.remove());
  await t.rejects(collected(control(context, config, selection, { action: 'lock', controls: [] })), { code: 'input.option' });
  await t.rejects(collected(control(context, config, selection, { action: 'lock', controls: ['read' as 'list'] })), {
    code: 'input.option',
  });
  await t.rejects(collected(control(context, config, selection, { action: 'lock', controls: ['list'] })), { code: 'absent.database' });
  await t.rejects(collected(status(context, config, selection)), { code: 'absent.database' });
});

/** Numbers of `fdb-stats` by their label. */
function numbersOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^(\S.*?)\s*: ([\d,]+)/gm)].map(([, label, value]) => [
      label as string,
      Number((value as string).replaceAll(',', '')),
    ]),
  );
}

t.test('stats are the numbers of fdb-stats: plain, archived again, hidden, with sub-tocs and with an overlay', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  const compare = async (what: string, text = request): Promise<void> => {
    const ours = sumStats(await collected(stats(context, config, selectionOf(text))));
    const theirs = numbersOf(peer.run('fdb-stats', text));
    const of = (label: string): number => theirs.get(label) ?? 0;
    t.same(
      ours,
      {
        databases: of('Databases'),
        fields: of('Fields'),
        fieldBytes: of('Size of fields'),
        duplicates: of('Duplicated fields'),
        duplicateBytes: of('Size of duplicates'),
        tocRecords: of('TOC records'),
        tocBytes: of('Size of TOC files'),
        schemaBytes: of('Size of schemas files'),
        ownedDataFiles: of('Owned data files'),
        ownedDataBytes: of('Size of owned data files'),
        adoptedDataFiles: of('Adopted data files'),
        adoptedDataBytes: of('Size of adopted data files'),
        indexFiles: of('Index files'),
        indexBytes: of('Size of index files'),
      },
      what,
    );
  };
  write(file);
  await compare('plain');
  write(file);
  await compare('archived again');
  write(fieldFile(peer, 'b.grib', [12]), { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  await compare('sub-toc');
  const over = request.replace('xxxx', 'yyyy');
  peer.run('fdb-overlay', '--variable-keys=expver', request, over);
  await compare('overlay', over);
  peer.run('fdb-hide', '--doit', request);
  await compare('hidden');
});

t.test('hide without doit changes nothing; with it, nothing is listed by either', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  t.equal((await only(hide(context, config, selection))).isDone, false);
  t.equal(theirs().length, 2);
  t.same(await only(hide(context, config, selection, { doit: true })).then(({ indexes, isDone }) => [indexes, isDone]), [1, true]);
  t.same(theirs(), []);
  t.same(await ours(), []);
  t.match(peer.run('fdb-dump-toc', join(folderIn(peer), 'toc')), /TOC_CLEAR .*Path: \*, offset: 0/);
});

t.test('an overlay that we make shows the source by upstream as by us, and goes again', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  const source = new Map(request.split(',').map((part) => part.split('=') as [string, string]));
  const target = new Map([...source, ['expver', 'yyyy']]);
  const targetSelection = selectionOf(request.replace('xxxx', 'yyyy'));
  const made = await overlay(context, config, source, target);
  t.equal(made.source.path, folderIn(peer));
  t.equal(theirs().length, 4);
  t.equal((await ours(targetSelection)).length, 2);
  t.match(peer.run('fdb-dump-toc', join(made.target.path, 'toc')), `Path: ${join(folderIn(peer), 'toc')}`);
  await t.rejects(overlay(context, config, source, target), { code: 'input.option' }, 'the target is there');
  await t.rejects(overlay(context, config, source, target, { force: true }), { code: 'input.option' }, 'twice');
  await t.rejects(overlay(context, config, source, new Map([...source, ['date', '20240102']])), { code: 'input.value' });
  await t.rejects(overlay(context, config, new Map([...source, ['expver', 'none']]), target, { force: true }), { code: 'absent.database' });
  await t.rejects(overlay(context, config, source, new Map([...source, ['expver', 'none']]), { remove: true }), {
    code: 'absent.database',
  });
  await overlay(context, config, source, target, { remove: true });
  t.equal(theirs().length, 2);
  t.same(await ours(targetSelection), []);
  await t.rejects(overlay(context, config, source, target, { remove: true }), { code: 'input.option' }, 'removed twice');
  await t.rejects(overlay(context, config, source, target, { force: true }), { code: 'input.option' }, 'a mask holds for good');
});

t.test('removing one of two overlays leaves the other, by us as by upstream', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  write(fieldFile(peer, 'b.grib', [6], 'expver=bbbb'));
  const key = (expver: string): ReadonlyMap<string, string> =>
    new Map([...request.split(',').map((part) => part.split('=') as [string, string]), ['expver', expver]]);
  await overlay(context, config, key('xxxx'), key('yyyy'));
  await overlay(context, config, key('bbbb'), key('yyyy'), { force: true });
  await overlay(context, config, key('xxxx'), key('yyyy'), { remove: true });
  const left = theirs().filter((line) => line.includes('expver=yyyy'));
  t.equal(left.length, 1);
  t.equal((await ours(selectionOf(request.replace('xxxx', 'yyyy')))).length, 1);
});

t.test('an overlay that upstream made is removed by us', peerTest, async (t) => {
  const { peer, context, config, write, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  peer.run('fdb-overlay', '--variable-keys=expver', request, request.replace('xxxx', 'yyyy'));
  const source = new Map(request.split(',').map((part) => part.split('=') as [string, string]));
  await overlay(context, config, source, new Map([...source, ['expver', 'yyyy']]), { remove: true });
  t.equal(theirs().length, 1);
});

t.test('patched copies are listed by upstream, with the new value in the messages', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  t.same(
    await patch(context, config, selection, new Map([['expver', 'zz99']])).then(({ fields, unchanged }) => [fields, unchanged]),
    [2, 0],
  );
  const lines = theirs();
  t.equal(lines.filter((line) => line.includes('expver=zz99')).length, 2);
  t.same(sorted(await ours()), sorted(lines));
  const path = /name=([^\]]+zz99[^\]]+)\]/.exec(lines.find((line) => line.includes('expver=zz99')) as string)?.[1] as string;
  const octets = readFileSync(path);
  t.ok(octets.includes('zz99'), 'the experiment is written as text');
  t.notOk(octets.includes('xxxx'));
  t.same(
    await patch(context, config, new Map([['class', ['rd']]]), new Map([['expver', 'zz99']])).then(({ fields, unchanged }) => [
      fields,
      unchanged,
    ]),
    [2, 2],
  );
  await t.rejects(patch(context, config, selection, new Map()), { code: 'input.option' });
  await t.rejects(patch(context, config, selection, new Map([['param', '1']])), { code: 'input.option' });
  await t.rejects(patch(context, config, selectionOf(request.replace('xxxx', 'none')), new Map([['expver', 'a']])), {
    code: 'absent.database',
  });
});

t.test('adopted messages are listed and read by upstream where they lie', peerTest, async (t) => {
  const { peer, context, config, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'mine.grib', [0, 6]);
  t.equal((await adopt(context, config, [file])).messages, 2);
  t.equal(theirs().length, 2);
  t.ok(theirs().every((line) => line.includes(`name=${file}]`)));
  t.same(await ours(), theirs());
  writeFileSync(join(peer.folder, 'request'), `retrieve,${request},type=pf,levtype=pl,step=6,number=1,levelist=1,param=130`);
  const shown = theirs()[1] as string;
  const param = /param=(\d+)/.exec(shown)?.[1] as string;
  writeFileSync(join(peer.folder, 'request'), `retrieve,${request},type=pf,levtype=pl,step=6,number=1,levelist=1,param=${param}`);
  peer.run('fdb-read', '--raw', join(peer.folder, 'request'), join(peer.folder, 'out'));
  const whole = readFileSync(file);
  t.same(readFileSync(join(peer.folder, 'out')), whole.subarray(whole.length / 2));
  const counted = sumStats(await collected(stats(context, config, selection)));
  t.same([counted.ownedDataFiles, counted.adoptedDataFiles], [0, 1]);
  await t.rejects(adopt(context, config, [join(peer.folder, 'nothing')]), { code: 'absent.file' });
});

t.test('reindexed fields are listed by upstream under the other configuration, without a copy', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  const other = await sharedFdb();
  t.teardown(() => peer.remove());
  t.teardown(() => other.peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]));
  const to = await readFdbConfig(context, { config: other.peer.configFile });
  t.equal((await reindex(context, config, selection, to, { keys: new Map([['expver', 'new1']]) })).messages, 2);
  const lines = other.theirs();
  t.equal(lines.length, 2);
  t.ok(lines.every((line) => line.includes('expver=new1') && line.includes(folderIn(peer))));
  await t.rejects(reindex(context, config, selectionOf(request.replace('xxxx', 'none')), to), { code: 'absent.database' });
});

t.test('a dump holds the records of fdb-dump-toc, walked or not, and the entries of fdb-dump-index', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  write(file);
  write(file, { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  write(file);
  peer.run('fdb-purge', '--doit', request);
  const toc = join(folderIn(peer), 'toc');
  const tags = { init: 'TOC_INIT', index: 'TOC_INDEX', clear: 'TOC_CLEAR', 'sub-toc': 'TOC_SUB_TOC' } as const;
  const theirTags = (...options: string[]): readonly string[] =>
    peer
      .run('fdb-dump-toc', ...options, toc)
      .split('\n')
      .filter((line) => line.startsWith('TOC_'))
      .map((line) => line.split(' ')[0] as string);
  const plain = await dumpToc(context, toc);
  t.same(
    plain.records.map(({ record }) => tags[record.kind]),
    theirTags(),
  );
  t.same(
    (await dumpToc(context, folderIn(peer), { walk: true })).records.map(({ record }) => tags[record.kind]),
    theirTags('--walk'),
  );
  t.equal((await only(dump(context, config, selection))).records.length, plain.records.length);
  const index = plain.records.findLast(({ record, ref }) => record.kind === 'index' && ref?.isMasked === false)?.ref?.indexFile as string;
  const prints = [...peer.run('fdb-dump-index', index).matchAll(/Fingerprint: (\S+), .*offset=(\d+),length=(\d+)/g)].map(
    ([, text, offset, length]) => [text, Number(offset), Number(length)],
  );
  const [tree] = await dumpIndex(context, index);
  t.same(
    Array.from({ length: tree?.columns.count ?? 0 }, (_, row) => [
      tree?.columns.texts[row],
      tree?.columns.offsets[row],
      tree?.columns.lengths[row],
    ]),
    prints,
  );
  await t.rejects(dumpToc(context, join(peer.folder, 'nothing')), { code: 'absent.file' });
  await t.rejects(dumpToc(context, peer.folder), { code: 'absent.database' });
  await t.rejects(dumpIndex(context, file), { code: 'absent.database' });
  await t.rejects(dumpIndex(context, toc), { code: 'absent.file', message: /is not an index file of the database/ });
});

t.test('a masked sub-toc by its own path shows what fdb-dump-toc shows of it', peerTest, async (t) => {
  const { peer, context, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0, 6]), { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  peer.run('fdb-hide', '--doit', request);
  const names = readdirSync(folderIn(peer)).filter((name) => name.startsWith('toc.'));
  t.equal(names.length, 1);
  const path = join(folderIn(peer), names[0] as string);
  for (const walk of [false, true]) {
    const theirs: readonly string[] = peer.run('fdb-dump-toc', ...(walk ? ['--walk'] : []), path).match(/^TOC_\w+/gm) ?? [];
    t.ok(theirs.includes('TOC_INDEX'), theirs.join());
    const ours = (await dumpToc(context, path, { walk })).records.map(({ record }) => `TOC_${record.kind.replace('-', '_').toUpperCase()}`);
    t.same(ours, theirs, `walk: ${walk}`);
  }
});
