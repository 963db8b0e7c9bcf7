// Weights against those that CDO stores: gennn, gendis and genbil, entry by entry.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Grid, gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { readNetcdf } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { prepareWeights, type WeightsOptions } from '../../src/regrid/index.js';
import { gridOf } from '../../src/grib/index.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { cdo, noCdo } from '../support/cdo.js';
import { unitVectors } from './reference-matrices.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-cdo-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Sources as CDO makes or reads them, and the grid that they are. */
const sources: readonly (readonly [string, string, Grid])[] = [
  ['5 degrees', '-topo,r72x37', gridFromSpec('5/5')],
  ['F16', '-topo,n16', gridFromSpec('F16')],
  ...(noShared
    ? []
    : ([
        ['a reduced grid', join(sharedGrib, 'reduced_gg.grib'), gridOf((await readMessages(join(sharedGrib, 'reduced_gg.grib')))[0]!)],
      ] as const)),
];

interface Peer {
  readonly source: Grid;
  readonly target: Grid;
  /** Weights by row and column. */
  readonly weights: readonly ReadonlyMap<number, number>[];
}

/** The matrix that an operator of CDO stores (SCRIP: addresses from 1), with the points of both grids in CDO's order. */
async function peerWeights(operator: string, input: string): Promise<Peer> {
  const file = join(folder, 'w.nc');
  cdo(`${operator},r40x21`, ...input.split(' '), file);
  const { variables } = await readNetcdf(readFileSync(file));
  const of = (name: string): Float64Array => Float64Array.from(variables[name]!.values);
  const degrees = (name: string): Float64Array => of(name).map((radians) => (radians * 180) / Math.PI);
  const grid = (side: string): Grid => {
    const coordinates = { lat: degrees(`${side}_grid_center_lat`), lon: degrees(`${side}_grid_center_lon`) };
    return unstructuredGrid({ points: coordinates.lat.length, coordinates });
  };
  const [source, target] = [grid('src'), grid('dst')];
  const weights = Array.from({ length: target.points }, () => new Map<number, number>());
  const [from, to, weight] = [of('src_address'), of('dst_address'), of('remap_matrix')];
  for (let link = 0; link < from.length; link++) weights[to[link] - 1].set(from[link] - 1, weight[link]);
  return { source, target, weights };
}

/** Ours for CDO's target points, with columns in CDO's order. */
async function ours(grid: Grid, peer: Peer, options: WeightsOptions): Promise<readonly ReadonlyMap<number, number>[]> {
  const place = (lat: number, lon: number): string =>
    `${lat.toFixed(4)} ${(((lon % 360) + 360) % 360).toFixed(4)}`.replace('360.0000', '0.0000');
  const [own, theirs] = [grid.coordinates(), peer.source.coordinates()];
  const index = new Map(Array.from(theirs.lat, (lat, point) => [place(lat, theirs.lon[point]), point]));
  const order = Array.from(own.lat, (lat, point) => index.get(place(lat, own.lon[point])));
  const { rows, rowStart, column, weight } = await prepareWeights(nodeContext(), grid, peer.target, options);
  return Array.from({ length: rows }, (_, row) => {
    const entries = Array.from(
      column.subarray(rowStart[row], rowStart[row + 1]),
      (c, k) => [order[c] ?? -1, weight[rowStart[row] + k]] as const,
    );
    return new Map(entries);
  });
}

function chord(peer: Peer): (row: number, point: number) => number {
  const [from, to] = [unitVectors(peer.source), unitVectors(peer.target)];
  return (row, point) => Math.hypot(from.x[point] - to.x[row], from.y[point] - to.y[row], from.z[point] - to.z[row]);
}

for (const [name, input, grid] of sources) {
  t.test(`gennn from ${name}: the same points, or as near`, { skip: noCdo }, async (test) => {
    const peer = await peerWeights('gennn', input);
    const distance = chord(peer);
    const mine = await ours(grid, peer, { method: 'nearest-neighbour' });
    test.equal(mine.length, peer.weights.length);
    const farther = mine.filter((row, r) => Math.abs(distance(r, [...row.keys()][0]) - distance(r, [...peer.weights[r].keys()][0])) > 1e-9);
    test.same(farther, []);
  });

  t.test(`gendis from ${name}: the inverse straight distances of the four nearest points`, { skip: noCdo }, async (test) => {
    const peer = await peerWeights('gendis', input);
    const distance = chord(peer);
    const mine = await ours(grid, peer, { method: 'k-nearest', 'distance-weighting': 'inverse-distance-weighting' });
    let [worst, ties, equal] = [0, 0, 0];
    for (const [r, row] of mine.entries()) {
      const theirs = peer.weights[r];
      if (row.size === 1) {
        // On a source point (at a pole: on several) we take that alone; CDO gives the others what is left beside a huge weight.
        const exact = [...theirs].filter(([point]) => distance(r, point) < 1e-7).reduce((sum, [, weight]) => sum + weight, 0);
        if (!(distance(r, [...row.keys()][0]) < 1e-7 && exact > 0.99)) test.fail(`target ${r} is not on a source point: ${exact}`);
        continue;
      }
      if ([...row.keys()].every((point) => theirs.has(point))) {
        equal++;
        for (const [point, weight] of theirs) worst = Math.max(worst, Math.abs(weight - (row.get(point) ?? 0)));
        continue;
      }
      // Another fourth point must be as near as theirs.
      const sorted = (points: Iterable<number>): number[] => [...points].map((point) => distance(r, point)).sort((a, b) => a - b);
      const [a, b] = [sorted(row.keys()), sorted(theirs.keys())];
      if (a.length === b.length && a.every((d, k) => Math.abs(d - b[k]) < 1e-7)) ties++;
      else test.fail(`target ${r}: ${a.join()} and ${b.join()}`);
    }
    test.ok(equal > mine.length / 3, `${equal} of ${mine.length} rows of the same points, ${ties} with ties`);
    // CDO's weights of exact distances differ from 1 / d by up to 2e-9 (of 1).
    test.ok(worst < 1e-8, `largest difference of a weight ${worst}`);
  });
}

t.test('genbil is structured-bilinear', { skip: noCdo }, async (test) => {
  for (const [name, input, grid] of sources.slice(0, 2)) {
    const peer = await peerWeights('genbil', input);
    const mine = await ours(grid, peer, { method: 'structured-bilinear' });
    const { lat } = peer.target.coordinates();
    let [worst, compared] = [0, 0];
    for (const [r, row] of mine.entries()) {
      // Beyond the last row CDO goes over to distances; at a pole all longitudes are one.
      if (Math.abs(lat[r]) > 85) continue;
      for (const [point, weight] of peer.weights[r]) worst = Math.max(worst, Math.abs(weight - (row.get(point) ?? 0)));
      compared++;
    }
    test.ok(compared > 600 && worst < 1e-10, `${name}: largest difference of a weight ${worst}, ${compared} rows`);
  }
});
