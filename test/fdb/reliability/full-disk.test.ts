/** A full disk and one that cannot be written: a clear error, no flushed field lost, and once there is room the work goes on. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec } from '../../../src/atlas/index.js';
import { isDteError } from '../../../src/base/index.js';
import { nodeContext, nodeDisk } from '../../../src/base/node.js';
import { gribTables, newMessage } from '../../../src/grib/index.js';
import { dteProcess as dte } from '../../cli/dte.js';
import { type Fault, type MemoryDisk, memoryDisk } from '../../support/memory-disk.js';
import { type FieldName, foundFields, keyOf, messageOf, versions } from './fields.js';
import { checked, configIn, layFolder, layMemory, openStore } from './stores.js';

const first: readonly FieldName[] = ['aaaa/pl/0/130', 'aaaa/pl/6/130', 'aaaa/ml/0/130'];
const second: readonly FieldName[] = ['aaaa/pl/0/130', 'aaaa/pl/12/130', 'bbbb/ml/6/131'];

function used(disk: MemoryDisk): number {
  return disk.paths().reduce((sum, path) => sum + (disk.contents(path)?.length ?? 0), 0);
}

function expected(version: string, ...lists: readonly (readonly FieldName[])[]): Map<FieldName, string> {
  return new Map(lists.flatMap((names, index) => names.map((name) => [name, index === 0 ? '1' : version] as const)));
}

t.test('wherever a disk becomes full, what was flushed stays, and the same archiver flushes once there is room', async (t) => {
  let failures = 0;
  for (const useSubToc of [false, true])
    for (let room = 0; room < 150_000; room += room < 6000 ? 199 : 9001) {
      const disk = memoryDisk();
      await layMemory(disk);
      const fdb = await openStore(disk, '/fdb', { useSubToc });
      for (const name of first) await fdb.archiveKey(keyOf(name), [messageOf(name, '1', 900)]);
      await fdb.flush();
      disk.setCapacity(used(disk) + room);
      let failed: unknown;
      const archived: FieldName[] = [];
      try {
        for (const name of second) {
          await fdb.archiveKey(keyOf(name), [messageOf(name, '2', 900)]);
          archived.push(name);
        }
        await fdb.flush();
      } catch (error) {
        failed = error;
      }
      if (failed === undefined) continue;
      failures++;
      if (!isDteError(failed, 'limit.space')) t.fail(`${room} octets: ${failed}`);
      const reader = await openStore(disk.process(), '/fdb');
      const damage: string[] = [];
      const found = await foundFields(reader, disk, { onDamage: (error) => void damage.push(error.message) });
      if (damage.length > 0) t.fail(`${room} octets: readers met ${damage.join()}`);
      // Of two databases one may have had room.
      for (const { name, version } of found)
        if (version !== '1' && !(version === '2' && second.includes(name))) t.fail(`${room} octets: ${name} is ${version}`);
      for (const name of first) if (!versions(found).has(name)) t.fail(`${room} octets: ${name} is lost`);
      disk.setCapacity(Infinity);
      for (const name of second) if (!archived.includes(name)) await fdb.archiveKey(keyOf(name), [messageOf(name, '2', 900)]);
      await fdb.flush();
      const after = versions(await foundFields(reader, disk));
      const wanted = expected('2', first, second);
      if (JSON.stringify([...after].sort()) !== JSON.stringify([...wanted].sort()))
        t.fail(`${room} octets: once there is room ${[...after].join(' ')}`);
      await fdb.close();
      for (const { findings } of await checked(reader))
        if (findings.some(({ severity }) => severity !== 'note')) t.fail(`${room} octets: ${findings.map(({ kind }) => kind).join()}`);
    }
  t.ok(failures > 40, `${failures} full disks`);
});

for (const fault of ['auth.access', 'fault.write'] as const)
  t.test(`any operation of the disk that fails with ${fault} leaves what was flushed, and the next archiver works`, async (t) => {
    const script = async (disk: MemoryDisk): Promise<void> => {
      const fdb = await openStore(disk, '/fdb');
      for (const name of second) await fdb.archiveKey(keyOf(name), [messageOf(name, '2')]);
      await fdb.flush();
      await fdb.close();
    };
    const laid = async (): Promise<MemoryDisk> => {
      const disk = memoryDisk();
      await layMemory(disk);
      const fdb = await openStore(disk, '/fdb');
      for (const name of first) await fdb.archiveKey(keyOf(name), [messageOf(name, '1')]);
      await fdb.flush();
      return disk;
    };
    const calm = (await laid()).process({ pid: 2 });
    await script(calm);
    for (const number of calm.operations.keys()) {
      const base = await laid();
      const disk = base.process({ pid: 2, fault: (_, index): Fault | undefined => (index === number ? fault : undefined) });
      const failed = await script(disk).then(
        () => undefined,
        (error: unknown) => error,
      );
      // A compaction that fails, and a lock that stays, are no failure.
      if (failed !== undefined && !isDteError(failed, fault)) t.fail(`operation ${number}: ${failed}`);
      const reader = await openStore(base, '/fdb');
      for (const { name, version } of await foundFields(reader, base))
        if (version === undefined) t.fail(`operation ${number}: ${name} is broken`);
      await script(base.process({ pid: 3 }));
      const after = versions(await foundFields(reader, base));
      if (JSON.stringify([...after].sort()) !== JSON.stringify([...expected('2', first, second)].sort()))
        t.fail(`operation ${number}: ${[...after].join(' ')}`);
    }
    t.pass(`${calm.operations.length} operations`);
  });

/** A file of so many fields of the same key shape. */
async function gribFile(path: string, steps: number, degrees: number): Promise<void> {
  const tables = await gribTables(nodeContext());
  const grid = gridFromSpec({ grid: [degrees, degrees] });
  const keys = {
    date: 20240101,
    time: 0,
    param: 't',
    levtype: 'pl',
    level: 500,
    class: 'rd',
    type: 'pf',
    stream: 'enfo',
    expver: 'xxxx',
    number: 1,
    ensembleSize: 10,
  } as const;
  writeFileSync(path, Buffer.concat(Array.from({ length: steps }, (_, step) => newMessage({ ...keys, step }, grid, tables).bytes)));
}

const request = 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g';

function mounted(folder: string, options: string): string | false {
  if (process.getuid?.() !== 0) return 'only root can mount a small file system';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    return false;
  } catch (error) {
    return `a small file system cannot be mounted: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`;
  }
}

t.test('the command tells of a full disk with exit code 6, and goes on when there is room', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-full-'));
  const one = join(folder, 'one');
  layFolder(folder);
  const no = mounted(one, 'size=2m');
  t.teardown(() => {
    if (no === false) execFileSync('umount', [one]);
    rmSync(folder, { recursive: true, force: true });
  });
  if (no !== false) return void t.pass(`skipped: ${no}`, { skip: no });
  const config = join(folder, 'config.yaml');
  // The other root would take what does not fit.
  const single = { ...configIn(folder), spaces: [{ name: 'all', handler: 'Default', roots: [{ path: one }] }] };
  writeFileSync(config, JSON.stringify(single));
  const env = { FDB5_CONFIG_FILE: config, FDB_DBNAMES_FILE: join(folder, 'dbnames') };
  await gribFile(join(folder, 'few.grib'), 5, 10);
  await gribFile(join(folder, 'many.grib'), 3000, 30);
  t.equal((await dte(['fdb', 'write', join(folder, 'few.grib')], { env })).code, 0);
  const before = (await dte(['fdb', 'list', request], { env })).stdout.toString();
  t.match(before, /step=4/);
  writeFileSync(join(one, 'ballast'), new Uint8Array(1_600_000));
  const failed = await dte(['fdb', 'write', join(folder, 'many.grib')], { env });
  t.equal(failed.code, 6, failed.stderr);
  t.match(failed.stderr, /^dte: .*(no space left|takes no more|took \d+ of).*; free some space\n$/i);
  t.equal((await dte(['fdb', 'list', request], { env })).stdout.toString(), before, 'what was flushed is there');
  t.equal((await dte(['fdb', 'check', request], { env })).code, 0);
  rmSync(join(one, 'ballast'));
  execFileSync('mount', ['-o', 'remount,size=32m', one]);
  t.equal((await dte(['fdb', 'write', join(folder, 'many.grib')], { env })).code, 0, 'the next writer works');
  t.equal((await dte(['fdb', 'check', request], { env })).code, 0);
});

t.test('a root that is read-only, or that others own, is auth.access', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-closed-'));
  const one = join(folder, 'one');
  layFolder(folder);
  const isRoot = process.getuid?.() === 0;
  const no = isRoot ? mounted(one, 'size=1m') : false;
  t.teardown(() => {
    if (isRoot && no === false) execFileSync('umount', [one]);
    else chmodSync(one, 0o755);
    rmSync(folder, { recursive: true, force: true });
  });
  if (no !== false) return void t.pass(`skipped: ${no}`, { skip: no });
  const fdb = await openStore(nodeDisk, folder);
  const name = first[0] as FieldName;
  await fdb.archiveKey(keyOf(name), [messageOf(name, '1')]);
  await fdb.close();
  if (isRoot) execFileSync('mount', ['-o', 'remount,ro', one]);
  else
    for (const path of [one, join(one, 'rd:aaaa:enfo:20240101:0000:g'), join(one, 'rd:aaaa:enfo:20240101:0000:g', 'toc')])
      chmodSync(path, 0o555);
  const again = await openStore(nodeDisk, folder);
  await t.rejects(
    again.archiveKey(keyOf(name), [messageOf(name, '2')]).then(() => again.flush()),
    { code: 'auth.access' },
  );
  await again.close({ flush: false });
  t.same([...versions(await foundFields(again, nodeDisk))], [[name, '1']], 'it can be read');
  t.equal((await checked(again))[0]?.isSound, true);
});
