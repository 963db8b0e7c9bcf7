import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { delaunay, gridFromSpec, medianDual, meshEdges, meshParts, partitionGrid, structuredMesh } from '../../src/atlas/index.js';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/base/package-root.js';
import { seeded } from '../../test/support/random.js';
import type { Bench, Setting } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { cpuName } from '../support/machine.js';
import { interleaved, type Subject } from '../support/measure.js';
import { PeerProcess, runProcess } from '../support/process.js';
import { beside } from '../support/report.js';

/** Meshes on the host, one thread: made, shared out, written as text beside atlas' generator; Delaunay beside qhull. */
export const mesh: Bench = {
  name: 'atlas/mesh',
  about: 'structured meshes, edges, dual meshes, parts; text for Gmsh beside atlas-meshgen; Delaunay of random points beside qhull',
  async run(setting) {
    await madeRows(setting);
    await writtenRow(setting);
    await delaunayRow(setting);
  },
};

const place = { bench: mesh.name, executor: 'host', device: cpuName(), threads: 1, unit: 'ms' } as const;

async function madeRows({ quick, runs, report }: Setting): Promise<void> {
  const name = quick ? 'O96' : 'O1280';
  const grid = gridFromSpec(name);
  const made = structuredMesh(grid);
  const partition = partitionGrid(grid, { parts: 8 });
  const works: readonly (readonly [string, () => unknown])[] = [
    ['structured mesh', () => structuredMesh(grid)],
    ['edges', () => meshEdges(made)],
    ['median dual mesh', () => medianDual(made)],
    ['8 equal regions', () => partitionGrid(grid, { parts: 8 })],
    ['8 parts with a halo', () => meshParts(made, partition, { halo: 1 })],
  ];
  for (const [work, run] of works) {
    const [own] = await interleaved([{ run: async () => void run() }], Math.min(runs, 3));
    report({ ...place, work, size: name, own: own! });
  }
}

async function writtenRow({ quick, runs, inputs, report }: Setting): Promise<void> {
  const name = quick ? 'O32' : 'O640';
  const folder = mkdtempSync(join(inputs.folder, 'mesh-'));
  const own: Subject = { run: () => dte(['mesh', 'export', name, '-o', join(folder, 'own.msh'), '--ascii'], {}) };
  const peer: Subject = {
    run: () => runProcess('atlas-meshgen', [name, join(folder, 'peer.msh'), '--3d', '--patch-pole'], { OMP_NUM_THREADS: '1' }),
  };
  const absent = await peer.run().then(
    () => undefined,
    (error: Error) => error.message,
  );
  try {
    const spreads = await interleaved(absent === undefined ? [own, peer] : [own], Math.min(runs, 3));
    const figures = beside(spreads[0]!, 'atlas-meshgen, whole process', spreads[1] ?? (absent as string));
    report({ ...place, work: 'dte mesh export --ascii, whole process', size: name, own: spreads[0]!, ...figures });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function delaunayRow({ quick, runs, peers, report }: Setting): Promise<void> {
  const points = quick ? 10_000 : 1_000_000;
  const random = seeded(1);
  const lat = Float64Array.from({ length: points }, () => (Math.asin(2 * random() - 1) * 180) / Math.PI);
  const lon = Float64Array.from({ length: points }, () => 360 * random());
  const script = fileURLToPath(new URL('bench/support/qhull-peer.py', packageRoot()));
  const qhull = typeof peers.scipy === 'string' ? peers.scipy : await PeerProcess.open('python3', [script, String(points)]);
  const own: Subject = { run: async () => void delaunay(lat, lon) };
  try {
    const spreads = await interleaved(typeof qhull === 'string' ? [own] : [own, { run: () => qhull.run() }], Math.min(runs, 3));
    const figures = beside(spreads[0]!, 'qhull by scipy', typeof qhull === 'string' ? qhull : spreads[1]!);
    report({ ...place, work: 'Delaunay triangles', size: `${points / 1e6} M random points`, own: spreads[0]!, ...figures });
  } finally {
    if (typeof qhull !== 'string') qhull.close();
  }
}
