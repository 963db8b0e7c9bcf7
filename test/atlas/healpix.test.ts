import t from 'tap';
import { gridFromSpec, gridFromText } from '../../src/atlas/index.js';
import { nestedToRing } from '../../src/atlas/healpix/pixels.js';
import { present } from '../support/present.js';
import { cellOf, isInside, polygonArea, vectorOf } from '../support/sphere.js';

t.test('names of both orders have one meaning', async (t) => {
  // mir tests/unit/gridspec.cc for the first two; 12 nside^2 points.
  const forms: readonly (readonly [unknown, string, string])[] = [
    ['hr2', '{"grid":"H2"}', 'H2'],
    ['{grid: h2n}', '{"grid":"H2","order":"nested"}', 'H2n'],
    ['H2', '{"grid":"H2"}', 'H2'],
    ['Hn2', '{"grid":"H2","order":"nested"}', 'H2n'],
    ['{grid: H2, ordering: nested}', '{"grid":"H2","order":"nested"}', 'H2n'],
    ['{grid: H2, order: ring}', '{"grid":"H2"}', 'H2'],
  ];
  for (const [text, spec, name] of forms) {
    const grid = await gridFromText(text as string);
    t.equal(JSON.stringify(grid.spec), spec, String(text));
    t.equal(grid.name, name);
    t.equal(grid.points, 48);
    t.equal(gridFromSpec(grid.spec).hash, grid.hash, 'the spec reads back');
  }
  t.equal(gridFromSpec('H5').points, 300, 'ring order takes any nside');
});

t.test('what HEALPix cannot be is said', async (t) => {
  const refusals: readonly (readonly [unknown, RegExp])[] = [
    ['H0', /nside 0.*1 or more/],
    ['H6n', /nside 6 has no nested order.*power of two/],
    [{ grid: 'H4n', order: 'ring' }, /'ring' contradicts/],
    [{ grid: 'O32', order: 'nested' }, /'nested' does not fit a grid of type reduced_gg/],
    [{ grid: 'H4', order: 'zigzag' }, /'zigzag' is not known.*i\+j-/],
    [{ grid: 'H4', order: 4 }, /order 4 is not a word/],
  ];
  for (const [spec, message] of refusals)
    t.throws(() => gridFromSpec(spec as string), { code: 'input.grid', message }, JSON.stringify(spec));
  t.throws(() => gridFromSpec({ grid: 'H4', area: [40, 0, 10, 20] }), { code: 'unsupported.grid', message: /healpix cannot be cropped/ });
});

t.test('rings stand where Gorski et al. (2005) put them', async (t) => {
  const { rows } = gridFromSpec('H2');
  t.ok(rows !== undefined);
  if (rows === undefined) return;
  // nside 2: z = 1 - i^2/12 for the cap, 4/3 - i/3 for the belt.
  const z = [11 / 12, 2 / 3, 1 / 3, 0, -1 / 3, -2 / 3, -11 / 12];
  t.same(
    Array.from(rows.lats, (lat) => Math.round(Math.sin((lat * Math.PI) / 180) * 1e12)),
    z.map((value) => Math.round(value * 1e12)),
  );
  t.same(Array.from(rows.counts), [4, 8, 8, 8, 8, 8, 4]);
  t.same(Array.from(rows.lonFirst), [45, 22.5, 0, 22.5, 0, 22.5, 45]);
});

t.test('nested indices are those of the HEALPix library', async (t) => {
  // Examples printed in the documentation of healpy.nest2ring.
  t.equal(nestedToRing(16)[1130], 1504);
  t.same(Array.from(nestedToRing(2).subarray(0, 10)), [13, 5, 4, 0, 15, 7, 6, 1, 17, 9]);
  t.same(
    [1, 2, 4, 8].map((nside) => nestedToRing(nside)[11]),
    [11, 2, 12, 211],
  );
});

t.test('a nested grid leads to its rings', async (t) => {
  const nested = gridFromSpec('H8n');
  const { grid, index } = present(nested.asRows?.());
  t.equal(grid.hash, gridFromSpec('H8').hash);
  const [own, ring] = [nested.coordinates(), grid.coordinates()];
  t.ok(index.every((at, point) => own.lat[at] === ring.lat[point] && own.lon[at] === ring.lon[point]));
  t.same(
    Array.from(index).sort((a, b) => a - b),
    Array.from(index.keys()),
    'a permutation',
  );
});

t.test('pixels tile the sphere, counter-clockwise around their points', async (t) => {
  for (const name of ['H1', 'H4', 'H5', 'H8n']) {
    const grid = gridFromSpec(name);
    const cells = present(grid.cells?.());
    const { lat, lon } = grid.coordinates();
    let total = 0;
    const shared = new Map<string, number>();
    for (let point = 0; point < grid.points; point++) {
      const cell = cellOf(cells, point);
      const area = polygonArea(cell);
      total += area;
      if (!(area > 0)) t.fail(`${name}: cell ${point} runs clockwise`);
      if (!isInside(vectorOf(lat[point] as number, lon[point] as number), cell)) t.fail(`${name}: point ${point} lies outside its cell`);
      for (let at = cells.start[point] as number; at < (cells.start[point + 1] as number); at++) {
        const corner = `${cells.lat[at]} ${cells.lon[at]}`;
        shared.set(corner, (shared.get(corner) ?? 0) + 1);
      }
    }
    t.ok(Math.abs(total / (4 * Math.PI) - 1) < 1e-12, `${name}: areas sum to the sphere`);
    // Euler: V = E - F + 2 with 2E = 4F, when equal corners have equal bits.
    t.equal(shared.size, grid.points + 2, `${name}: corners`);
  }
});

t.test('four nested children lie in their parent', async (t) => {
  const parents = present(gridFromSpec('H4n').cells?.());
  const { lat, lon } = gridFromSpec('H8n').coordinates();
  for (let child = 0; child < lat.length; child++) {
    // Great circles cut a pixel's curved edges by less than the distance of a child's middle from them.
    if (!isInside(vectorOf(lat[child] as number, lon[child] as number), cellOf(parents, child >> 2)))
      t.fail(`child ${child} lies outside parent ${child >> 2}`);
  }
  t.equal(lat.length, 768);
});
