/**
 * The power fails at every operation of the disk: before it, and in the midst of a write. What is left (names and octets that were not synced may be gone, in part
 * or whole) holds all that was reported as flushed, nothing else, and the next writer works.
 * Long: `node build/test/fdb/reliability/power.test.js --long` looks at many images of each failure. DTE_SEED=... repeats one.
 */
import t, { type Test } from 'tap';
import type { DiskOperation, MemoryDisk } from '../../support/memory-disk.js';
import { memoryDisk } from '../../support/memory-disk.js';
import { seeded } from '../../support/random.js';
import { aftercare } from './aftercare.js';
import { keyOf, messageOf, selectionOf } from './fields.js';
import { aftermath } from './journal.js';
import { all, isLong, layMemory, openStore, seed } from './stores.js';

type Scenario = (disk: MemoryDisk, note: (line: string) => void) => Promise<void>;

if (isLong) t.setTimeout(3_600_000);
const imagesOfEach = isLong ? 10 : 1;
const options = { doit: true, ignoreNoData: true, quietMs: 0 };
let version = 0;

/** Archives fields of two databases and groups, some of them again, with a flush after each list, and closes (which compacts). */
async function writing(
  disk: MemoryDisk,
  note: (line: string) => void,
  useSubToc: boolean,
  lists: readonly (readonly string[])[],
): Promise<void> {
  const fdb = await openStore(disk, '/fdb', { useSubToc });
  for (const names of lists) {
    for (const name of names) {
      const text = String(version++);
      note(`archive ${name} ${text}`);
      await fdb.archiveKey(keyOf(name), [messageOf(name, text)]);
    }
    note('flush');
    await fdb.flush();
    note('flushed');
  }
  await fdb.close();
}

const lists = [
  ['aaaa/pl/0/130', 'aaaa/pl/6/130', 'aaaa/ml/0/130'],
  ['aaaa/pl/0/130', 'aaaa/ml/6/131'],
  ['aaaa/pl/12/130', 'bbbb/pl/0/130', 'aaaa/ml/0/130'],
];

const scenarios: Readonly<Record<string, Scenario>> = {
  'archive, flush and compaction': (disk, note) => writing(disk, note, false, lists),
  'the same with a table of contents of its own': (disk, note) => writing(disk, note, true, lists),
  'two writers, purge and reconsolidate': async (disk, note) => {
    await writing(disk, note, true, lists.slice(0, 1));
    await writing(disk, note, false, lists.slice(0, 2));
    const fdb = await openStore(disk, '/fdb');
    await all(fdb.purge(selectionOf('aaaa'), options));
    await all(fdb.reconsolidate(selectionOf('aaaa'), options));
    await all(fdb.purge(selectionOf('aaaa'), options));
    await writing(disk, note, false, lists.slice(1));
  },
  'hide, wipe of a group and of a database': async (disk, note) => {
    await writing(disk, note, false, lists);
    const fdb = await openStore(disk, '/fdb');
    note('lose bbbb/');
    await all(fdb.hide(selectionOf('bbbb'), options));
    note('lost');
    note('lose aaaa/pl/');
    await all(fdb.wipe(selectionOf('aaaa', 'pl'), options));
    note('lost');
    await writing(disk, note, false, lists.slice(2));
    note('wipe aaaa/');
    await all(fdb.wipe(selectionOf('aaaa'), options));
    note('lost');
    await writing(disk, note, false, lists.slice(0, 1));
  },
  'move to another root': async (disk, note) => {
    await writing(disk, note, true, lists.slice(0, 1));
    await writing(disk, note, false, lists);
    const fdb = await openStore(disk, '/fdb');
    note('move aaaa /fdb/two');
    await fdb.move(selectionOf('aaaa'), { to: '/fdb/two', quietMs: 0 });
    note('moved');
    await writing(disk, note, false, lists.slice(0, 1));
  },
};

for (const [name, scenario] of Object.entries(scenarios))
  t.test(name, async (t) => {
    if (isLong) t.setTimeout(3_600_000);
    const calm = memoryDisk({ pid: 2 });
    await layMemory(calm);
    const laid = calm.operations.length;
    await scenario(calm, () => {});
    const operations = calm.operations.slice(laid);
    let images = 0;
    // In the short form every other operation has its turn, now these, now those.
    const turns = isLong
      ? operations.map((_, number) => number)
      : operations.flatMap((_, number) => (number % 2 === seed % 2 ? [number] : []));
    for (const number of turns)
      for (let image = 0; image < imagesOfEach; image++) {
        images++;
        if (!(await survives(t, scenario, number, operations[number] as DiskOperation, seed + 1000 * number + image))) return;
      }
    t.pass(`${images} failures in ${operations.length} operations`);
  });

async function survives(t: Test, scenario: Scenario, number: number, operation: DiskOperation, ownSeed: number): Promise<boolean> {
  const random = seeded(ownSeed);
  const base = memoryDisk();
  await layMemory(base);
  await base.syncFolder('/');
  for (const folder of ['/fdb', '/fdb/one', '/fdb/two']) await base.syncFolder(folder);
  const killAfter = operation.bytes === undefined || random() < 0.5 ? undefined : Math.floor(random() * (operation.bytes + 1));
  const disk = base.process({
    pid: 2,
    fault: (_, index) => (index !== number ? undefined : killAfter === undefined ? 'kill' : { killAfter }),
  });
  const lines: string[] = [];
  await scenario(disk, (line) => {
    if (!disk.isKilled) lines.push(line);
  }).catch(() => {});
  const after = disk.powerFailure(random);
  const { problems } = await aftercare({
    folder: '/fdb',
    disk: after.process({ pid: 3 }),
    nextDisk: after.process({ pid: 4 }),
    before: aftermath(new Map(), lines),
    everArchived: new Set(),
    nextVersion: 'after',
  }).catch((error: Error) => ({ problems: [String(error.stack)] }));
  if (problems.length > 0)
    t.fail(
      `seed ${seed}, ${operation.kind} ${operation.path} (operation ${number}, ${killAfter ?? 'no'} octets), after '${lines.at(-1)}': ${problems.slice(0, 6).join('; ')}`,
    );
  return problems.length === 0;
}
