import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nodeDisk } from '../../src/base/node-disk.js';
import { type Database, initDatabase, lookupIndex, openToc, readDatabase, readIndexes } from '../../src/fdb/database/index.js';
import {
  buildTree,
  decodeRecords,
  type IndexContent,
  nextTreeStart,
  type TreeEntry,
  type WritableTree,
} from '../../src/fdb/format/index.js';
import { formatKey } from '../../src/fdb/types.js';
import { type FdbPeer, fdbPeer, noFdb, peerMessage } from '../support/fdb-peer.js';

const elementKeywords = ['step', 'number', 'levelist', 'param'];

/** One line for every entry that is not masked, as `fdb-list --full --location --porcelain` of 5.10.8 writes it: never with a remapKey. */
async function lines(database: Database): Promise<readonly string[]> {
  const refs = database.indexes.filter((ref) => !ref.isMasked);
  const columns = await readIndexes(nodeDisk, refs);
  return refs.flatMap((ref, index) => {
    const { texts, uriIds, offsets, lengths } = columns[index] as (typeof columns)[number];
    return texts.map((text, row) => {
      const element = new Map(text.split(':').map((value, at) => [elementKeywords[at] as string, value]));
      const keys = [database.key, ref.group, element].map(formatKey).join('');
      const place = `uri=URI[scheme=file,name=${ref.dataFile(uriIds[row] as number)}],offset=${offsets[row]},length=${lengths[row]},remapKey={}`;
      return `${keys} TocFieldLocation[${place}]`;
    });
  });
}

/** The only database in the first root whose name begins so. */
function folderIn(peer: FdbPeer, start = ''): string {
  const names = readdirSync(peer.root).filter((name) => name.startsWith(start));
  if (names.length !== 1) throw new Error(`${names.length} databases begin with '${start}'`);
  return join(peer.root, names[0] as string);
}

async function open(folder: string): Promise<Database> {
  const database = await readDatabase(nodeDisk, folder);
  if (database === undefined) throw new Error(`no database in ${folder}`);
  return database;
}

function hammer(
  peer: FdbPeer,
  message: string,
  expver: string,
  sizes: readonly [steps: number, members: number, levels: number, params: number],
  env = {},
): void {
  const [steps, members, levels, params] = sizes;
  const options = [
    `--nsteps=${steps}`,
    `--nensembles=${members}`,
    `--nlevels=${levels}`,
    `--nparams=${params}`,
    `--expver=${expver}`,
    '--class=rd',
  ];
  peer.runWith(env, 'fdb-hammer', ...options, message);
}

function peerTest(name: string, work: (t: Test, peer: FdbPeer, message: string) => Promise<void>): void {
  t.test(name, { skip: noFdb }, async (t) => {
    const peer = fdbPeer();
    t.teardown(() => peer.remove());
    await work(t, peer, peerMessage(peer, 'message.grib2'));
  });
}

peerTest('trees of many pages, several flushes and fields archived again are listed as upstream lists them', async (t, peer, message) => {
  // A page holds 1169 entries: 1250 of one flush need three pages.
  hammer(peer, message, 'aa01', [1, 1, 250, 5]);
  hammer(peer, message, 'aa01', [2, 2, 5, 2]);
  const database = await open(folderIn(peer));
  const ours = await lines(database);
  t.equal(ours.length, 1250 + 40);
  t.same(ours, peer.list('class=rd,expver=aa01', '--full'));
  t.same(database.damage, []);
  t.equal(formatKey(database.key), '{class=rd,expver=aa01,stream=enfo,date=20240101,time=0000,domain=g}');

  const large = database.indexes.at(-1) as Database['indexes'][number];
  const [columns] = await readIndexes(nodeDisk, [large]);
  for (const row of [0, 1, 583, 584, 585, 1000, 1249]) {
    const text = columns?.texts[row] as string;
    t.same(
      await lookupIndex(nodeDisk, large, text),
      { uriId: columns?.uriIds[row], offset: columns?.offsets[row], length: columns?.lengths[row] },
      text,
    );
  }
  t.equal(await lookupIndex(nodeDisk, large, '0:1:1:9'), undefined);
  t.equal(await lookupIndex(nodeDisk, large, ''), undefined);

  const dumped = peer.run('fdb-dump-index', large.indexFile).split('\n');
  const fingerprints = dumped.flatMap(
    (line) => /Fingerprint: (.*), location: .*\w+id=(\d+),offset=(\d+),length=(\d+)/i.exec(line)?.slice(1).join(' ') ?? [],
  );
  t.same(
    fingerprints,
    columns?.texts.map((text, row) => `${text} ${columns.uriIds[row]} ${columns.offsets[row]} ${columns.lengths[row]}`),
  );
});

peerTest('records are told as fdb-dump-toc tells them', async (t, peer, message) => {
  hammer(peer, message, 'aa02', [2, 1, 2, 2]);
  const { records, damage } = decodeRecords(readFileSync(join(folderIn(peer), 'toc')));
  t.same(damage, []);
  const theirs = peer
    .run('fdb-dump-toc', join(folderIn(peer), 'toc'))
    .split('\n')
    .filter((line) => line.startsWith('TOC_'));
  const ours = records.map((record) => {
    const { header } = record;
    const time = new Date(Math.floor(header.timeMs)).toISOString();
    const tag = { init: 'TOC_INIT', index: 'TOC_INDEX', clear: 'TOC_CLEAR', 'sub-toc': 'TOC_SUB_TOC' }[record.kind];
    return {
      tag,
      second: time.slice(0, 19).replace('T', ' '),
      version: header.version,
      fdb: header.fdbVersion,
      uid: header.uid,
      pid: header.pid,
      host: header.host,
    };
  });
  t.equal(theirs.length, 3);
  for (const [index, { tag, second, version, fdb, uid, pid, host }] of ours.entries()) {
    const line = theirs[index] as string;
    t.match(line, new RegExp(`^${tag} +${second}\\.`), 'kind and time');
    t.match(line.replace(/ +,/g, ','), `version:${version}, fdb: ${fdb}, uid: ${nodeDisk.userName(uid)}, pid ${pid}, host: ${host}`);
  }
  const last = records.at(-1);
  t.match(theirs.at(-1), last?.kind === 'index' ? `Path: ${last.file}, offset: ${last.offset}, type: ${last.treeType}` : 'an index');
});

peerTest('what purge and hide mask is masked here', async (t, peer, message) => {
  hammer(peer, message, 'aa03', [1, 1, 3, 2]);
  hammer(peer, message, 'aa03', [1, 1, 3, 2]);
  peer.run('fdb-purge', '--doit', '--minimum-keys=', 'class=rd,expver=aa03');
  const purged = await open(folderIn(peer));
  t.same(
    purged.indexes.map((ref) => ref.isMasked),
    [false, true],
  );
  t.same(await lines(purged), peer.list('class=rd,expver=aa03', '--full'));

  peer.run('fdb-hide', '--doit', 'class=rd,expver=aa03,stream=enfo,date=20240101,time=0000,domain=g');
  const hidden = await open(folderIn(peer));
  t.same(
    hidden.indexes.map((ref) => ref.isMasked),
    [true, true],
  );
  t.same(peer.list('class=rd,expver=aa03', '--full'), []);

  hammer(peer, message, 'aa03', [1, 1, 2, 1]);
  const again = await open(folderIn(peer));
  t.same(
    again.indexes.map((ref) => ref.isMasked),
    [false, true, true],
  );
  t.same(await lines(again), peer.list('class=rd,expver=aa03', '--full'));
});

peerTest('sub-tocs are read while they stand and once they are consolidated', async (t, peer, message) => {
  hammer(peer, message, 'aa04', [2, 2, 3, 2], { FDB5_SUB_TOCS: '1' });
  const folder = folderIn(peer);
  const done = await open(folder);
  t.same(
    done.tocs[0]?.records.map((record) => record.kind),
    ['init', 'sub-toc', 'index', 'clear'],
  );
  t.same(
    done.tocs.map((toc) => [toc.isSubToc, toc.isMasked]),
    [
      [false, false],
      [true, true],
    ],
  );
  t.same(await lines(done), peer.list('class=rd,expver=aa04', '--full'));
  t.equal((await lines(done)).length, 24);

  // As it was while the writer ran.
  truncateSync(join(folder, 'toc'), done.tocs[0]?.records[2]?.header.start as number);
  const running = await open(folder);
  t.same(
    running.tocs.map((toc) => toc.isMasked),
    [false, false],
  );
  t.equal(running.indexes.length, 4);
  t.same(await lines(running), peer.list('class=rd,expver=aa04', '--full'));
});

peerTest('a database that overlays another gives its fields under its own key', async (t, peer, message) => {
  hammer(peer, message, 'aa05', [1, 2, 3, 2]);
  const rest = 'stream=enfo,date=20240101,time=0000,domain=g';
  peer.run('fdb-overlay', `class=rd,expver=aa05,${rest}`, `class=rd,expver=bb05,${rest}`);
  const overlay = await open(folderIn(peer, 'rd:bb05'));
  t.same(
    overlay.indexes.map((ref) => formatKey(ref.remap ?? new Map())),
    ['{expver=bb05}', '{expver=bb05}'],
  );
  t.same(await lines(overlay), peer.list('class=rd,expver=bb05', '--full'));
});

const key = new Map(Object.entries({ class: 'rd', expver: 'cc01', stream: 'enfo', date: '20240101', time: '0000', domain: 'g' }));
const group = new Map([
  ['type', 'pf'],
  ['levtype', 'pl'],
]);

/** A database of `flushes` flushes, written by our encoder alone, each of as many members and levels as `sizes` says. Every entry is the same message. */
async function compose(peer: FdbPeer, message: string, version: 1 | 2 | 3, sizes: readonly number[]): Promise<string> {
  const folder = join(peer.root, [...key.values()].join(':'));
  await initDatabase(nodeDisk, folder, {
    key,
    schemaText: readFileSync(join(peer.folder, 'schema'), 'utf8'),
    timeMs: 1.7e12,
    version,
    sync: false,
  });
  const bytes = readFileSync(message);
  writeFileSync(join(folder, 'pf:pl.1.data'), bytes);
  const index = await nodeDisk.write(join(folder, 'pf:pl.1.index'));
  const toc = await openToc(nodeDisk, join(folder, 'toc'), { version, now: () => 1.7e12 });
  const type: WritableTree = 'BTreeIndex';
  let start = 0;
  for (const [flush, size] of sizes.entries()) {
    const entries: TreeEntry[] = [];
    for (let number = 0; number < size; number++)
      entries.push({ text: `${flush}:${number}:1:130`, uriId: 0, offset: 0, length: bytes.length });
    entries.sort((one, other) => (one.text < other.text ? -1 : 1));
    const tree = buildTree(entries, type);
    await index.writeAt(start, [tree.bytes]);
    if ((await index.sizeBytes()) < start + tree.spanBytes) await index.resize(start + tree.spanBytes);
    const axes = new Map([
      ['step', [`${flush}`]],
      ['number', entries.map(({ text }) => text.split(':')[1] as string).sort()],
      ['levelist', ['1']],
      ['param', ['130']],
    ]);
    const content: IndexContent = {
      kind: 'index',
      file: 'pf:pl.1.index',
      offset: start,
      treeType: type,
      dataFiles: new Map([[0, 'pf:pl.1.data']]),
      axes,
      key: group,
      flushedMs: 1.7e12,
    };
    await toc.append([content]);
    start = nextTreeStart(start + tree.bytes.length);
  }
  await index.close();
  await toc.close();
  return folder;
}

peerTest('packed trees of one page and of many are read by upstream in every way', async (t, peer, message) => {
  const sizes = [50, 1, 1168, 1169, 50, 3000, 7];
  const folder = await compose(peer, message, 2, sizes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const database = await open(folder);
  const ours = await lines(database);
  t.equal(ours.length, total);
  t.same(peer.list('class=rd,expver=cc01', '--full'), ours);

  const stats = peer.run('fdb-stats', '--minimum-keys=', 'class=rd,expver=cc01');
  t.match(stats, new RegExp(`^Fields +: ${total.toLocaleString('en')}$`, 'm'));
  const dumped = peer.run('fdb-dump-index', join(folder, 'pf:pl.1.index'));
  t.equal(dumped.match(/Fingerprint/g)?.length, total);

  const request = peer.file(
    'request',
    'retrieve,class=rd,expver=cc01,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl,step=0/2/5/6,number=0/6/500/2999,levelist=1,param=130\n',
  );
  peer.run('fdb-read', '--raw', request, join(peer.folder, 'out.grib2'));
  // Members there are: 0 and 6 of step 0; 0, 6, 500 of step 2; all four of step 5; 0 and 6 of step 6.
  t.equal(statSync(join(peer.folder, 'out.grib2')).size, 11 * statSync(message).size);
});

peerTest('index octets of 200 flushes of 50 fields are a fifteenth of upstream', async (t, peer, message) => {
  const folder = await compose(peer, message, 2, new Array<number>(200).fill(50));
  // 200 trees of 40 + 50 * 56 octets, each at a block of 4096, and the rest of the last page; upstream: 201 pages of 65536.
  t.equal(statSync(join(folder, 'pf:pl.1.index')).size, 199 * 4096 + 65536);
  t.equal(peer.list('class=rd,expver=cc01').length, 10_000);
});

peerTest('upstream writes on in a database that was begun here, and purges it', async (t, peer, message) => {
  const folder = await compose(peer, message, 2, [3, 3]);
  // Step 0, member 1, level 1, parameter 130.
  const again = peerMessage(peer, 'again.grib2', 'expver=cc01,step=0,number=1,level=1');
  peer.run('fdb-write', again);
  const database = await open(folder);
  t.equal(database.indexes.length, 3);
  t.same(await lines(database), peer.list('class=rd,expver=cc01', '--full'));
  t.equal(peer.list('class=rd,expver=cc01').length, 6);
  peer.run('fdb-purge', '--doit', '--minimum-keys=', 'class=rd,expver=cc01');
  t.same(await lines(await open(folder)), peer.list('class=rd,expver=cc01', '--full'));
});

for (const version of [1, 2, 3] as const)
  peerTest(`records of version ${version} are read back here and by upstream`, async (t, peer, message) => {
    const folder = await compose(peer, message, version, [4, 2]);
    const database = await open(folder);
    const ours = await lines(database);
    t.equal(ours.length, 6);
    t.same(
      database.tocs[0]?.records.map((record) => record.header.version),
      [version, version, version],
    );
    t.same(peer.list('class=rd,expver=cc01', '--full'), ours);
    const dumped = peer.run('fdb-dump-toc', join(folder, 'toc'));
    t.equal(dumped.match(/^TOC_INDEX .*Path: pf:pl\.1\.index, offset: \d+, type: BTreeIndex {2}Key: \{type=pf,levtype=pl\}/gm)?.length, 2);
  });
