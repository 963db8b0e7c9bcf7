import t from 'tap';
import { crop, gridFromSpec } from '../../src/atlas/index.js';

type Spec = Parameters<typeof gridFromSpec>[0];

/** Every index of a crop must point at the same place; true longitudes may differ by whole turns. */
function worstDistance(spec: Spec, area: readonly number[]): number {
  const grid = gridFromSpec(spec);
  const part = crop(grid, area);
  const whole = grid.coordinates();
  const own = part.grid.coordinates();
  let worst = part.indices.length === part.grid.points ? 0 : Infinity;
  for (let p = 0; p < part.grid.points; p++) {
    const turn = Math.abs((((own.lon[p] - whole.lon[part.indices[p]]) % 360) + 540) % 360) - 180;
    worst = Math.max(worst, Math.abs(turn), Math.abs(own.lat[p] - whole.lat[part.indices[p]]));
  }
  return worst;
}

t.test('the indices of a crop name the points of its grid', async (t) => {
  const areas = [
    [60, -30, 30, 40],
    [90, 0, 0, 360],
    [20, 170, -20, -170],
    [6, -1, -6, 1],
    [90, -180, -90, 179],
    [1, 350, -90, 10],
  ];
  for (const spec of [
    '5/5',
    'O16',
    'N16',
    'F8',
    'L35x37',
    { grid: '5/5', area: [90, -180, -90, 175] },
    { grid: 'O16', area: [90, -180, -90, 180] },
  ]) {
    for (const area of areas) t.ok(worstDistance(spec, area) < 1e-9, `${JSON.stringify(spec)} ${area.join('/')}`);
  }
  for (const spec of [
    { grid: '1/1', area: [60, -40, 20, 60] },
    { grid: 'O32', area: [60, -40, 20, 60] },
    { grid: 'F32', area: [60, -40, 20, 60] },
  ]) {
    for (const area of [
      [50, -10, 30, 20],
      [50, 350, 30, 20],
      [90, -90, 0, 90],
      [50, -40, 40, 0],
    ])
      t.ok(worstDistance(spec, area) < 1e-9, `${JSON.stringify(spec)} ${area.join('/')}`);
  }
  t.ok(worstDistance('0.7/0.7', [50, 200, 30, 300]) < 1e-9, 'beyond 180 E on a grid that does not close');
});

t.test('a crop of a global grid is the grid that the gridspec with that area gives', async (t) => {
  for (const [spec, area] of [
    ['5/5', [60, -30, 30, 40]],
    ['O16', [60, 170, -30, -170]],
    ['N16', [0, 0, -90, 360]],
  ] as const) {
    t.equal(crop(gridFromSpec(spec), area).grid.hash, gridFromSpec({ grid: spec, area }).hash);
  }
  t.equal(crop(gridFromSpec('O16'), [90, 0, -90, 360]).grid.hash, gridFromSpec('O16').hash, 'everything is the grid itself');
});

t.test('cropping twice is cropping to the common part', async (t) => {
  for (const spec of ['1/1', 'O32', 'F32']) {
    const once = crop(gridFromSpec(spec), [40, 0, 20, 30]);
    const first = crop(gridFromSpec(spec), [60, -40, 20, 60]);
    const second = crop(first.grid, [40, 0, 10, 30]);
    t.equal(second.grid.hash, once.grid.hash);
    t.same(
      second.indices.map((index) => first.indices[index]),
      once.indices,
    );
  }
});

t.test('known points of a 10 degree grid come out', async (t) => {
  // 36 columns; row 8 is 10 N, row 9 the equator; columns 35, 0 and 1 are 350, 0 and 10 E.
  const { indices, grid } = crop(gridFromSpec('10/10'), [10, -10, 0, 10]);
  t.same(Array.from(indices), [323, 288, 289, 359, 324, 325]);
  t.same(grid.area, { north: 10, west: -10, south: 0, east: 10 });
});

t.test('an area outside the grid or torn by its edge is refused', async (t) => {
  const regional = gridFromSpec({ grid: '1/1', area: [60, -170, 20, 170] });
  for (const spec of [
    { grid: '1/1', area: [60, -40, 20, 60] },
    { grid: 'O32', area: [60, -40, 20, 60] },
  ]) {
    const grid = gridFromSpec(spec);
    for (const area of [
      [10, 0, 0, 10],
      [50, 100, 30, 120],
      [89, 0, 70, 10],
    ])
      t.throws(() => crop(grid, area), { code: 'input.area', message: /outside the grid.*the grid covers/ }, JSON.stringify(spec));
  }
  t.throws(() => crop(regional, [50, 150, 30, -150]), { code: 'input.area', message: /torn/ });
  t.throws(() => crop(gridFromSpec('O8'), [10, 0, 20, 5]), { code: 'input.area' });
  t.throws(() => crop(gridFromSpec({ type: 'sh', truncation: 3 }), [10, 0, 0, 5]), { code: 'unsupported.grid' });
});
