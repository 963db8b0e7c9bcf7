import t from 'tap';
import { classicPl, gaussianGrid, gridFromSpec, octahedralPl } from '../../src/atlas/index.js';

t.test('pl of a message gives the grid its name', async (t) => {
  t.equal(gaussianGrid({ gaussianNumber: 32, pl: octahedralPl(32) }).name, 'O32');
  t.equal(gaussianGrid({ gaussianNumber: 32, pl: classicPl(32) as Int32Array }).name, 'N32');
  const regular = gaussianGrid({ gaussianNumber: 32 });
  t.equal(regular.name, 'F32');
  t.equal(regular.type, 'regular_gg');
  const own = gaussianGrid({ gaussianNumber: 2, pl: [10, 12, 12, 10] });
  t.equal(own.name, undefined);
  t.equal(own.type, 'reduced_gg');
  t.same(own.spec, { pl: [10, 12, 12, 10] });
});

t.test("a header's rounded area is read with the rounding that gives its number of points", async (t) => {
  // Corners as GRIB editions 1 and 2 round them: outwards, inwards and to nearest.
  const areas = [
    [87.864, 0, -87.864, 357.5],
    [87.863, 0, -87.863, 357.5],
    [87.863799, 0, -87.863799, 357.5],
    [87.864, 0, -87.864, 357.499],
  ];
  for (const area of areas)
    t.equal(gaussianGrid({ gaussianNumber: 32, pl: octahedralPl(32), area, points: 5248 }).hash, gridFromSpec('O32').hash, area.join('/'));
  // O32 written with the last longitude of a regular grid, 360 - 90/32: all points are there, so the circle is meant.
  t.equal(
    gaussianGrid({ gaussianNumber: 32, pl: octahedralPl(32), area: [87.864, 0, -87.864, 357.1875], points: 5248 }).hash,
    gridFromSpec('O32').hash,
  );
});

t.test('pl of the rows of a sub-area counts whole circles, or the points inside the area of a named grid', async (t) => {
  const part = gridFromSpec({ grid: 'O32', area: [60, -20, 30, 45] });
  const rows = part.rows as NonNullable<typeof part.rows>;
  const { north, west, south, east } = part.area as NonNullable<typeof part.area>;
  const rounded = [north, west + 360, south, east].map((edge) => Math.round(edge * 1000) / 1000);
  const circles = Array.from(rows.lonStep, (step) => Math.round(360 / step));
  t.equal(gaussianGrid({ gaussianNumber: 32, pl: circles, area: rounded, points: part.points }).hash, part.hash, 'whole circles');
  t.equal(gaussianGrid({ gaussianNumber: 32, pl: rows.counts, area: rounded, points: part.points }).hash, part.hash, 'points inside');
  const regular = gridFromSpec({ grid: 'F32', area: [60, -20, 30, 45] });
  t.equal(gaussianGrid({ gaussianNumber: 32, area: [60, -20, 30, 45], points: regular.points }).hash, regular.hash, 'regular');
});

t.test('a Gaussian grid that contradicts itself is refused', async (t) => {
  const pl = octahedralPl(8);
  t.throws(() => gaussianGrid({ gaussianNumber: 8, pl, points: 543 }), { code: 'input.grid', message: /has not 543 points.*544/ });
  t.throws(() => gaussianGrid({ gaussianNumber: 8, pl, area: [50, 0, 0, 90], points: 17 }), {
    code: 'input.grid',
    message: /has not 17 points/,
  });
  t.throws(() => gaussianGrid({ gaussianNumber: 8, pl: pl.subarray(0, 5) }), { code: 'input.grid', message: /5 rows.*16/ });
  t.throws(() => gaussianGrid({ gaussianNumber: 8, pl: pl.subarray(0, 5), area: [20, 0, -80, 90] }), {
    code: 'input.grid',
    message: /5 rows of pl/,
  });
  t.throws(() => gaussianGrid({ gaussianNumber: 4, pl }), { code: 'input.grid', message: /up to 8/ });
  t.throws(() => gaussianGrid({ gaussianNumber: 8, pl, area: [1, 0, 0, 90] }), { code: 'input.area' });
});
