import { execFileSync, fork } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Disk } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { readDatabase } from '../../src/fdb/database/index.js';
import { archiveMessages } from '../../src/fdb/write/archive-messages.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { gribTables } from '../../src/grib/index.js';
import { type FdbPeer, fdbPeer, noFdb, peerMessage } from '../support/fdb-peer.js';

const skip = noFdb;

async function configOf(peer: FdbPeer, more: Partial<FdbConfig> = {}): Promise<FdbConfig> {
  const context = { ...nodeContext(), env: peer.env };
  return { ...(await readFdbConfig(context)), ...more };
}

/** Archives files of messages, one flush after each. */
async function archiveFiles(
  peer: FdbPeer,
  files: readonly string[],
  more: Partial<FdbConfig> = {},
  compactAfter = Infinity,
): Promise<void> {
  const context = { ...nodeContext(), env: peer.env };
  const config = await configOf(peer, more);
  const tables = await gribTables(context);
  const archiver = openArchiver(context, config, { compactAfter });
  for (const path of files) {
    const file = await context.fs.open(path);
    await archiveMessages(context, archiver, file, { tables, schema: config.schema });
    await file.close();
    await archiver.flush();
  }
  await archiver.close();
}

/** Lines of fdb-list with lengths, without places: the files have other names. */
function listing(peer: FdbPeer, ...options: readonly string[]): readonly string[] {
  return peer
    .run('fdb-list', '--minimum-keys=', ...options, 'class=rd')
    .split('\n')
    .filter((line) => line.startsWith('{'));
}

/** Files of messages: two of an ensemble with and without number and level, one of edition 1, then one that archives keys of the first again. */
function inputs(peer: FdbPeer): readonly string[] {
  const make = (name: string, all: readonly string[]): string => {
    const parts = all.map((sets, i) => readFileSync(peerMessage(peer, `${name}-${i}.grib`, sets)));
    const path = join(peer.folder, name);
    writeFileSync(path, Buffer.concat(parts));
    return path;
  };
  const first = make(
    'first',
    [1, 2, 3].flatMap((number) => [0, 6, 12].map((step) => `number=${number},step=${step},level=500`)),
  );
  const second = make(
    'second',
    [1, 2].flatMap((number) =>
      ['typeOfLevel=surface,level=0,paramId=134', 'level=850,type=cf'].map((sets) => `step=24,number=${number},${sets}`),
    ),
  );
  const again = make('again', ['number=2,step=6,level=500,scaledValueOfFirstFixedSurface=50000', 'number=4,step=6,level=500']);
  const edition1 = join(peer.folder, 'edition1');
  const sets =
    'setLocalDefinition=1,localDefinitionNumber=1,class=rd,type=fc,stream=oper,expver=xxxx,dataDate=20240101,dataTime=0,indicatorOfParameter=167,table2Version=128';
  execFileSync('grib_set', ['-s', sets, '/usr/share/eccodes/samples/GRIB1.tmpl', edition1]);
  return [first, second, edition1, again];
}

function everything(peer: FdbPeer): Uint8Array {
  const request =
    'retrieve,class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl,step=0/6/12,number=1/2/3,levelist=500,param=130';
  peer.run('fdb-read', '--raw', peer.file('request', request), join(peer.folder, 'out.grib'));
  return readFileSync(join(peer.folder, 'out.grib'));
}

t.test('what we archive, upstream lists, reads, counts, purges and wipes as its own', { skip }, async (t) => {
  for (const [name, more, compactAfter] of [
    ['version 2', {}, Infinity],
    ['version 1', { tocVersion: 1 }, Infinity],
    ['one index for several flushes', {}, 2],
    ['sub-tocs', { useSubToc: true }, Infinity],
  ] as const) {
    const theirs = fdbPeer();
    const ours = fdbPeer();
    t.teardown(() => [theirs, ours].forEach((peer) => peer.remove()));
    const files = inputs(theirs);
    for (const file of files) theirs.run('fdb-write', file);
    await archiveFiles(ours, files, more, compactAfter);
    t.equal(listing(theirs).length, 14, 'nine, three (controls have no number), one, and one that is new; another hides an older one');
    t.same([...listing(ours)].sort(), [...listing(theirs)].sort(), `${name}: the same listing`);
    if (compactAfter === Infinity && !('useSubToc' in more))
      t.same(listing(ours, '--full'), listing(theirs, '--full'), `${name}: the same order, with hidden ones`);
    t.same(everything(ours), everything(theirs), `${name}: the same messages`);
    const counts = (peer: FdbPeer): readonly string[] =>
      peer
        .run('fdb-stats', '--minimum-keys=', 'class=rd')
        .split('\n')
        .filter((line) => /^(Fields|Size of fields|Duplicated fields|Reacheable fields|Number of data|Databases)/.test(line));
    if (compactAfter === Infinity && !('useSubToc' in more)) t.same(counts(ours), counts(theirs), `${name}: the same counts`);
    ours.run('fdb-purge', '--minimum-keys=', '--doit', 'class=rd');
    t.same([...listing(ours)].sort(), [...listing(theirs)].sort(), `${name}: the same after a purge`);
    ours.run('fdb-write', files[0] as string);
    t.equal(listing(ours).length, 14, `${name}: upstream writes to our database`);
    ours.run('fdb-wipe', '--minimum-keys=', '--doit', 'class=rd');
    t.same(listing(ours), [], `${name}: a wipe takes all`);
    t.same(
      readdirSync(ours.root).flatMap((folder) => readdirSync(join(ours.root, folder))),
      [],
      `${name}: and leaves no files`,
    );
  }
});

t.test('both archive to one database in turn, and the newest counts', { skip }, async (t) => {
  const peer = fdbPeer();
  t.teardown(peer.remove);
  const one = peerMessage(peer, 'one.grib', 'step=0');
  const two = peerMessage(peer, 'two.grib', 'step=0,numberOfForecastsInEnsemble=20');
  const request =
    'retrieve,class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl,step=0,number=1,levelist=1,param=130';
  const read = (): Uint8Array => {
    peer.run('fdb-read', '--raw', peer.file('request', request), join(peer.folder, 'out.grib'));
    return readFileSync(join(peer.folder, 'out.grib'));
  };
  for (let turn = 0; turn < 3; turn++) {
    peer.run('fdb-write', one);
    t.same(read(), readFileSync(one), `turn ${turn}: theirs`);
    await archiveFiles(peer, [two], { useSubToc: turn === 1 });
    t.same(read(), readFileSync(two), `turn ${turn}: ours`);
  }
  t.equal(listing(peer).length, 1);
});

t.test('version 3 is read by 5.10.8 too', { skip }, async (t) => {
  const peer = fdbPeer();
  t.teardown(peer.remove);
  await archiveFiles(peer, inputs(peer), { tocVersion: 3 });
  const toc = readFileSync(join(peer.root, 'rd:xxxx:enfo:20240101:0000:g', 'toc'));
  t.equal(toc.readUInt32LE(4), 3);
  t.equal(listing(peer).length, 14);
  peer.run('fdb-purge', '--minimum-keys=', '--doit', 'class=rd');
  t.equal(listing(peer).length, 14);
});

t.test('several processes archive to one database at once and nothing is lost', { skip }, async (t) => {
  const peer = fdbPeer();
  t.teardown(peer.remove);
  const message = peerMessage(peer, 'one.grib');
  const worker = fileURLToPath(new URL('./archive-process.js', import.meta.url));
  const codes = await Promise.all(
    [1, 2, 3, 4].map(
      (member) =>
        new Promise((resolve) => fork(worker, [message, String(member)], { env: { ...process.env, ...peer.env } }).on('exit', resolve)),
    ),
  );
  t.same(codes, [0, 0, 0, 0]);
  t.equal(listing(peer).length, 4 * 60 + 1, 'sixty steps of each member, and one field that all of them wrote');
  t.equal(new Set(listing(peer)).size, 4 * 60 + 1);
  // Each merged its own indexes: 20 flushes became one.
  const database = await readDatabase(nodeContext().disk as Disk, join(peer.root, 'rd:xxxx:enfo:20240101:0000:g'));
  const left = database?.indexes.filter(({ isMasked }) => !isMasked).length ?? 0;
  // Those that close while others append leave their indexes as they are; the last one finds nobody in its way.
  t.ok(left < 80, `of 80 indexes ${left} are left`);
});
