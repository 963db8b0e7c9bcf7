import t from 'tap';
import { gaussianWeights, gridFromSpec } from '../../src/atlas/index.js';
import { rowEdges } from '../../src/atlas/cells/row-cells.js';
import { present } from '../support/present.js';

const degree = Math.PI / 180;

/** Area of a box between its parallels, from its vertices: the sum over edges along parallels of sin(lat) dlon. */
function boxArea(lat: Float64Array, lon: Float64Array, from: number, to: number): number {
  let area = 0;
  for (let at = from; at < to; at++) {
    const next = at + 1 < to ? at + 1 : from;
    const east = ((((lon[next] - lon[at]) % 360) + 540) % 360) - 180;
    if (Math.abs(lat[at]) < 90 && lat[at] === lat[next]) area -= Math.sin(lat[at] * degree) * east * degree;
  }
  return area;
}

/** What a polar box gains by reaching the pole: dlon on the side where sin(lat) is one. */
function polarArea(lat: Float64Array, from: number, to: number, width: number): number {
  for (let at = from; at < to; at++) if (Math.abs(lat[at]) === 90) return width * degree;
  return 0;
}

t.test('boxes of rows round the globe cover it, each around its point', async (t) => {
  for (const name of ['L36x19', 'S36x18', 'Slon36x19', 'Slat36x18', 'F16', 'N16', 'O16', '7/11', 'L2x2', 'L1x3']) {
    const grid = gridFromSpec(name);
    const { start, lat, lon } = present(grid.cells?.());
    const { rows } = grid;
    if (rows === undefined || !rows.periodic) continue;
    const points = grid.coordinates();
    let total = 0;
    for (let row = 0, point = 0; row < rows.counts.length; row++) {
      for (let i = 0; i < rows.counts[row]; i++, point++) {
        const area = boxArea(lat, lon, start[point], start[point + 1]) + polarArea(lat, start[point], start[point + 1], rows.lonStep[row]);
        if (!(area > 0)) t.fail(`${name}: box ${point} has area ${area}`);
        total += area;
        const box = lat.subarray(start[point], start[point + 1]);
        if (points.lat[point] > Math.max(...box) || points.lat[point] < Math.min(...box)) t.fail(`${name}: point ${point} outside its box`);
      }
    }
    t.ok(Math.abs(total / (4 * Math.PI) - 1) < 1e-12, `${name}: ${total}`);
  }
});

t.test('Gaussian boxes have the areas of the quadrature weights', async (t) => {
  const edges = rowEdges(present(gridFromSpec('F32').rows), 32);
  const weights = gaussianWeights(32);
  for (let row = 0; row < 64; row++) {
    const height = Math.sin((edges[row] as number) * degree) - Math.sin((edges[row + 1] as number) * degree);
    if (Math.abs(height - (weights[row] as number)) > 1e-14) t.fail(`row ${row}: ${height} is not ${weights[row]}`);
  }
  t.equal(edges[32], 0, 'the equator is an edge');
  const part = gridFromSpec({ grid: 'F32', area: [50, 0, -20, 90] });
  const cut = rowEdges(present(part.rows), 32);
  const first = edges.indexOf(cut[0] as number);
  t.ok(first > 0);
  t.same(cut, edges.slice(first, first + cut.length), 'a part keeps the edges of the whole');
});

t.test('boxes at the ends of open rows reach half a step beyond their points, and no further than a pole', async (t) => {
  const { start, lat, lon } = present(gridFromSpec({ grid: [10, 10], area: [90, 20, 50, 60] }).cells?.());
  t.same([lat[start[0]], lon[start[0]]], [85, 15], 'south-west corner of the first box');
  t.same([Math.min(...lon), Math.max(...lon), Math.max(...lat), Math.min(...lat)], [15, 65, 90, 45]);
});
