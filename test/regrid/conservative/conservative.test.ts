// Conservative weights: what is kept, how fast the error falls, and what is refused, on every pair of kinds of cells.
import t from 'tap';
import { type Grid, gridFromSpec } from '../../../src/atlas/index.js';
import { nodeContext } from '../../../src/base/node.js';
import { cellAreas, type Matrix, prepareWeights } from '../../../src/regrid/index.js';
import { seeded } from '../../support/random.js';
import { cellGrid, octahedronGrid, polygonGrid, turnedBoxes, vectorOf } from './cell-grids.js';

const context = nodeContext();

const pairs: readonly (readonly [string, Grid, Grid])[] = [
  ['boxes to boxes', gridFromSpec('O24'), gridFromSpec('5/3')],
  ['boxes to finer boxes', gridFromSpec('10/10'), gridFromSpec('F24')],
  ['boxes to polygons', gridFromSpec('N16'), turnedBoxes(10, 0.7)],
  ['polygons to boxes', octahedronGrid(6), gridFromSpec('O10')],
  ['turned polygons to boxes', octahedronGrid(6, 0.4), gridFromSpec('7.5/5')],
  ['HEALPix to boxes', gridFromSpec('H5'), gridFromSpec('O8')],
  ['boxes to nested HEALPix', gridFromSpec('F12'), gridFromSpec({ grid: 'H4', order: 'nested' })],
  ['nested HEALPix to polygons', gridFromSpec({ grid: 'H4', order: 'nested' }), turnedBoxes(8, 1.1)],
  ['rotated boxes to boxes', gridFromSpec({ grid: [15, 15], rotation: [-40, 20] }), gridFromSpec('12/10')],
  ['rotated boxes of unequal rows to boxes', gridFromSpec({ grid: 'O6', rotation: [-40, 20] }), gridFromSpec('O8')],
  ['boxes to rotated boxes of unequal rows', gridFromSpec('15/15'), gridFromSpec({ grid: 'O6', rotation: [-40, 20] })],
  ['boxes to rotated boxes', gridFromSpec('O8'), gridFromSpec({ grid: [15, 15], rotation: [-40, 20] })],
  ['polygons to polygons', octahedronGrid(5, 0.3), turnedBoxes(8, 1.1)],
];

function applied(matrix: Matrix, values: Float64Array): Float64Array {
  const result = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    for (let entry = matrix.rowStart[row]!; entry < matrix.rowStart[row + 1]!; entry++) {
      result[row]! += matrix.weight[entry]! * values[matrix.column[entry]!]!;
    }
  }
  return result;
}

function integral(areas: Float64Array, values: Float64Array): number {
  return areas.reduce((sum, area, cell) => sum + area * values[cell]!, 0);
}

t.test('the cells of a grid tile the sphere', async (test) => {
  for (const grid of new Set(pairs.flatMap(([, source, target]) => [source, target]))) {
    const areas = cellAreas(grid);
    test.ok(Math.abs(areas.reduce((sum, area) => sum + area, 0) / (4 * Math.PI) - 1) < 1e-13, JSON.stringify(grid.spec).slice(0, 60));
    test.ok(areas.every((area) => area > 0));
  }
});

t.test('the integral over the sphere is kept to 1e-12 and constants are kept, in both orders', async (test) => {
  const random = seeded(11);
  for (const [name, source, target] of pairs) {
    const values = Float64Array.from({ length: source.points }, () => random() - 0.3);
    const before = integral(cellAreas(source), values);
    const scale = integral(cellAreas(source), values.map(Math.abs));
    for (const method of ['conservative', 'conservative-2']) {
      for (const normalise of method === 'conservative' ? [true, false] : [true]) {
        const matrix = await prepareWeights(context, source, target, { method, normalise });
        const after = integral(cellAreas(target, source), applied(matrix, values));
        test.ok(Math.abs(after - before) < 1e-12 * scale, `${name}, ${method}, ${normalise}: ${(after - before) / scale}`);
        const ones = applied(matrix, new Float64Array(source.points).fill(1));
        const worst = ones.reduce((most, one) => Math.max(most, Math.abs(one - 1)), 0);
        test.ok(worst < 1e-12, `${name}, ${method}, ${normalise}: a constant is off by ${worst}`);
      }
    }
  }
});

t.test('every part of a source cell goes to some target cell: columns times areas give the source areas', async (test) => {
  for (const [name, source, target] of pairs) {
    const matrix = await prepareWeights(context, source, target, { method: 'conservative', normalise: false });
    const areas = cellAreas(target, source);
    const given = new Float64Array(source.points);
    for (let row = 0; row < matrix.rows; row++) {
      for (let entry = matrix.rowStart[row]!; entry < matrix.rowStart[row + 1]!; entry++) {
        given[matrix.column[entry]!]! += areas[row]! * matrix.weight[entry]!;
      }
    }
    const own = cellAreas(source);
    const worst = given.reduce((most, area, cell) => Math.max(most, Math.abs(area / own[cell]! - 1)), 0);
    test.ok(worst < 1e-11, `${name}: ${worst}`);
  }
});

/** A smooth field with all directions in it. */
function smooth(lat: number, lon: number): number {
  const [x, y, z] = vectorOf(lat, lon);
  return Math.exp(0.7 * x - 0.4 * y * z) + x * y + z * z * z;
}

const knownMeans = new Map<string, Promise<Float64Array>>();

/** Means of the smooth field over cells, by the field on a much finer grid of boxes, first order. */
function means(grid: Grid): Promise<Float64Array> {
  const known = knownMeans.get(grid.hash) ?? meansOf(grid);
  knownMeans.set(grid.hash, known);
  return known;
}

async function meansOf(grid: Grid): Promise<Float64Array> {
  const fine = gridFromSpec('1/1');
  const { lat, lon } = fine.coordinates();
  const values = lat.map((value, point) => smooth(value, lon[point]!));
  return applied(await prepareWeights(context, fine, grid, { method: 'conservative' }), values);
}

async function meanError(source: Grid, target: Grid, method: string): Promise<number> {
  const matrix = await prepareWeights(context, source, target, { method });
  const error = applied(matrix, await means(source));
  (await means(target)).forEach((value, row) => (error[row] = Math.abs(error[row]! - value)));
  return integral(cellAreas(target), error) / (4 * Math.PI);
}

t.test('halving the cells quarters the error of second order and halves that of first order', async (test) => {
  const kinds: readonly (readonly [string, (n: number) => Grid, Grid])[] = [
    ['boxes', (n) => gridFromSpec(`O${n}`), gridFromSpec('5/5')],
    ['boxes to polygons', (n) => gridFromSpec(`F${n}`), turnedBoxes(20, 0.7)],
    ['polygons', (n) => octahedronGrid(n, 0.4), gridFromSpec('5/5')],
  ];
  for (const [name, make, target] of kinds) {
    for (const [method, factor] of [
      ['conservative', 1.7],
      ['conservative-2', 3.4],
    ] as const) {
      const [coarse, fine] = [await meanError(make(8), target, method), await meanError(make(16), target, method)];
      test.ok(coarse / fine > factor, `${name}, ${method}: ${coarse} -> ${fine}, ratio ${coarse / fine}`);
    }
  }
});

/** Polygons of degrees as a grid. */
function gridOf(name: string, polygons: readonly (readonly (readonly [number, number])[])[]): Grid {
  return polygonGrid(
    name,
    polygons.map((polygon) => polygon.map(([lat, lon]) => vectorOf(lat, lon))),
  );
}

t.test('concave cells, cells around a pole or with one on an edge, and either direction of corners', async (test) => {
  const source = gridFromSpec('6/6');
  const cases: readonly (readonly [string, readonly (readonly [number, number])[], number])[] = [
    // A square with a notch: the triangle over the notch is missing.
    [
      'a concave cell',
      [
        [10, 0],
        [10, 20],
        [0, 20],
        [6, 10],
        [0, 0],
      ],
      Number.NaN,
    ],
    [
      'around the pole',
      [
        [80, 0],
        [80, 120],
        [80, -120],
      ],
      Number.NaN,
    ],
    [
      'the pole on an edge',
      [
        [80, 0],
        [70, 90],
        [80, 180],
      ],
      Number.NaN,
    ],
    // An octant, which is an eighth of the sphere.
    [
      'a corner at the pole',
      [
        [90, 33],
        [0, 0],
        [0, 90],
      ],
      Math.PI / 2,
    ],
    [
      'across the date line',
      [
        [-5, 175],
        [-5, -170],
        [5, -170],
        [5, 175],
      ],
      Number.NaN,
    ],
  ];
  for (const [name, polygon, area] of cases) {
    const grids = [gridOf(name, [polygon]), gridOf(`${name}, backwards`, [[...polygon].reverse()])];
    const [own, backwards] = grids.map((grid) => cellAreas(grid)[0]!);
    test.ok(Math.abs(own! - backwards!) < 1e-15, name);
    if (!Number.isNaN(area)) test.ok(Math.abs(own! - area) < 1e-14, `${name}: ${own}`);
    for (const grid of grids) {
      const matrix = await prepareWeights(context, source, grid, { method: 'conservative', normalise: false });
      const covered = matrix.weight.reduce((sum, weight) => sum + weight, 0);
      test.ok(Math.abs(covered - 1) < 1e-12, `${name}: ${covered} of the cell is found again in boxes`);
      const back = await prepareWeights(context, grid, source, { method: 'conservative', normalise: false });
      const given = integral(cellAreas(source), applied(back, Float64Array.of(1)));
      test.ok(Math.abs(given / own! - 1) < 1e-12, `${name}: as a source`);
    }
  }
});

t.test('a partly covered target is the mean of what is there, or of all of it, or missing', async (test) => {
  // Open rows: cells of 10 degrees from 5 N to 35 N, and from 5 W to 45 E.
  const source = gridFromSpec({ grid: [10, 10], area: [30, 0, 10, 40] });
  const target = gridFromSpec('20/20');
  const rowsWith = async (options: object): Promise<number[]> => {
    const matrix = await prepareWeights(context, source, target, { method: 'conservative', ...options });
    return [...applied(matrix, new Float64Array(source.points).fill(3))];
  };
  const normal = await rowsWith({});
  const whole = await rowsWith({ normalise: false });
  const strict = await rowsWith({ 'least-covered': 0.99 });
  const areas = cellAreas(target);
  const sourceArea = cellAreas(source).reduce((sum, area) => sum + area, 0);
  test.ok(Math.abs(integral(areas, Float64Array.from(whole)) / (3 * sourceArea) - 1) < 1e-13, 'of the whole cell: the integral is kept');
  test.ok(normal.every((value) => value === 0 || Math.abs(value - 3) < 1e-14));
  const { lat, lon } = target.coordinates();
  for (let row = 0; row < target.points; row++) {
    const inside = lat[row]! === 20 && lon[row] === 20;
    test.equal(strict[row]! > 0, inside, `${lat[row]} ${lon[row]}`);
  }
});

t.test('cells that are no polygons are refused with their point', async (test) => {
  const good: readonly (readonly [number, number])[] = [
    [0, 0],
    [0, 10],
    [10, 10],
    [10, 0],
  ];
  const target = gridFromSpec('30/30');
  for (const [name, polygon, message] of [
    [
      'bow tie',
      [
        [0, 0],
        [10, 10],
        [0, 10],
        [10, 0],
      ],
      /cell around point 1 crosses itself/,
    ],
    [
      'two corners',
      [
        [0, 0],
        [10, 10],
        [10, 10],
        [0, 0],
      ],
      /point 1 is degenerate: it has 2 different corners/,
    ],
    [
      'a line',
      [
        [0, 0],
        [0, 10],
        [0, 20],
      ],
      /point 1 is degenerate: its area is/,
    ],
    [
      'too large',
      [
        [-40, 0],
        [-40, 120],
        [-40, -120],
        [40, 60],
        [40, 180],
        [40, -60],
      ],
      /point 1 does not fit into a hemisphere/,
    ],
  ] as const) {
    await test.rejects(prepareWeights(context, gridOf(name, [good, polygon]), target, { method: 'conservative' }), {
      code: 'input.grid',
      message,
    });
  }
  const strange = gridOf('strange', [good, good]);
  const cells = strange.cells!();
  cells.lat[5] = Number.NaN;
  await test.rejects(prepareWeights(context, cellGrid('nan', cells), target, { method: 'conservative' }), {
    code: 'input.grid',
    message: /latitude NaN/,
  });
  const { cells: _, ...pointsOnly } = strange;
  await test.rejects(prepareWeights(context, pointsOnly, target, { method: 'conservative' }), {
    code: 'unsupported.grid',
    message: /unstructured has no cells/,
  });
});

t.test('a point without a cell takes part in nothing', async (test) => {
  const grid = cellGrid('with a gap', {
    start: Uint32Array.of(0, 4, 4),
    lat: Float64Array.of(0, 0, 10, 10),
    lon: Float64Array.of(0, 10, 10, 0),
  });
  const forth = await prepareWeights(context, gridFromSpec('5/5'), grid, { method: 'conservative-2' });
  test.equal(forth.rowStart[2], forth.rowStart[1], 'its row is empty');
  const back = await prepareWeights(context, grid, gridFromSpec('5/5'), { method: 'conservative-2' });
  test.notOk(back.column.includes(1));
});
