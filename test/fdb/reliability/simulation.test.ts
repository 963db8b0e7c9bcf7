/**
 * Random operations against a Map: what is listed, retrieved and checked is what the Map holds. A failure prints its seed: DTE_SEED=... repeats it.
 * Long: `node build/test/fdb/reliability/simulation.test.js --long`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { nodeDisk } from '../../../src/base/node.js';
import { memoryDisk } from '../../support/memory-disk.js';
import { simulate, type SimulationCounts } from './simulation.js';
import { isLong, layFolder, layMemory, seed } from './stores.js';

if (isLong) t.setTimeout(3_600_000);
const rounds = isLong ? 40 : 1;

function text({ operations, comparisons }: SimulationCounts): string {
  return `${[...operations].map(([name, count]) => `${count} ${name}`).join(', ')}, ${comparisons} comparisons`;
}

t.test('on a disk in memory, thousands of operations agree with a map', async (t) => {
  if (isLong) t.setTimeout(3_600_000);
  for (let round = 0; round < rounds; round++) {
    const disk = memoryDisk();
    await layMemory(disk);
    const processes = [disk, ...[2, 3, 4, 5].map((pid) => disk.process({ pid }))];
    const counts = await simulate({
      folder: '/fdb',
      seed: seed + round,
      operations: 700,
      compareEvery: 15,
      diskOf: (writer) => processes[writer] as (typeof processes)[number],
    });
    t.pass(`seed ${seed + round}: ${text(counts)}`);
  }
});

t.test('in a folder, operations agree with a map', async (t) => {
  if (isLong) t.setTimeout(3_600_000);
  for (let round = 0; round < (isLong ? 10 : 1); round++) {
    const folder = mkdtempSync(join(tmpdir(), 'fdb-simulation-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    layFolder(folder);
    const counts = await simulate({ folder, seed: seed + round, operations: 300, compareEvery: 25, diskOf: () => nodeDisk, sync: false });
    t.pass(`seed ${seed + round}: ${text(counts)}`);
  }
});
