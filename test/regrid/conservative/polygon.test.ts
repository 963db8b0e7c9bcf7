// Areas, moments and clipping of spherical polygons against closed forms.
import t from 'tap';
import { clipToBand, clipToLune } from '../../../src/regrid/conservative/clip-box.js';
import { lens, type Measure, measure } from '../../../src/regrid/conservative/measure.js';
import {
  addVertex,
  clipByParallel,
  clipByPlane,
  copyPolygon,
  type Polygon,
  polygonBuffer,
} from '../../../src/regrid/conservative/polygon.js';
import { seeded } from '../../support/random.js';
import { vectorOf } from './cell-grids.js';

type Corner = readonly [number, number] | readonly [number, number, 1];

/** Corners in degrees; a third number makes the edge from there a parallel. */
function polygonOf(corners: readonly Corner[]): Polygon {
  const polygon = polygonBuffer();
  for (const [lat, lon, parallel = 0] of corners) addVertex(polygon, ...vectorOf(lat, lon), parallel);
  return polygon;
}

function measured(polygon: Polygon): Measure {
  const result = { area: 0, mx: 0, my: 0, mz: 0 };
  measure(polygon, result, true);
  return result;
}

const radians = Math.PI / 180;

t.test('an octant has an eighth of the sphere and of its moments', async (test) => {
  const { area, mx, my, mz } = measured(
    polygonOf([
      [0, 0],
      [0, 90],
      [90, 0],
    ]),
  );
  test.ok(Math.abs(area - Math.PI / 2) < 1e-15);
  // The integral of z over an octant is that of sin over the cap, pi, divided by 4.
  for (const m of [mx, my, mz]) test.ok(Math.abs(m - Math.PI / 4) < 1e-15);
});

t.test('boxes of all sizes have the area and the moment of their closed forms', async (test) => {
  for (const [south, north, west, east] of [
    [10, 20, 5, 25],
    [-80, -79.9, 100, 100.1],
    [89.95, 90, 0, 0.5],
    [0, 1e-3, 0, 1e-3],
    [-30, 45, -60, 60],
  ] as const) {
    const corners: Corner[] = [
      [south, west, 1],
      [south, east],
      [north, east, 1],
      [north, west],
    ];
    const { area, mx, my, mz } = measured(
      polygonOf(
        north === 90
          ? [
              [south, west, 1],
              [south, east],
              [90, 0],
            ]
          : corners,
      ),
    );
    const [s, n, w, e] = [south, north, west, east].map((angle) => angle * radians) as [number, number, number, number];
    // sin n - sin s = 2 cos(mean) sin(half)
    const expected = 2 * Math.cos((n + s) / 2) * Math.sin((n - s) / 2) * (e - w);
    // Rounding of a corner's coordinates, 1e-16, over the size of the box.
    const tolerance = 1e-15 / Math.min(n - s, (e - w) * Math.cos((n + s) / 2)) + 1e-14;
    test.ok(Math.abs(area / expected - 1) < tolerance, `${south} ${north}: ${area / expected - 1}`);
    const f = (phi: number): number => (phi + Math.sin(phi) * Math.cos(phi)) / 2;
    const moment = [
      (f(n) - f(s)) * (Math.sin(e) - Math.sin(w)),
      (f(n) - f(s)) * (Math.cos(w) - Math.cos(e)),
      ((Math.sin(n) ** 2 - Math.sin(s) ** 2) / 2) * (e - w),
    ];
    [mx, my, mz].forEach((m, axis) => test.ok(Math.abs(m - moment[axis]!) < 1e-15, `${south} ${north} axis ${axis}: ${m - moment[axis]!}`));
  }
});

t.test('the lens between a parallel and its great circle has one form for long and short edges', async (test) => {
  for (const s of [0.1, 0.7, -0.99]) {
    test.ok(Math.abs(lens(s, 0.0199999) / lens(s, 0.0200001) - 1) < 4e-5, 'where the forms meet');
    const d = 0.019;
    test.ok(Math.abs(lens(s, d) - (2 * Math.atan(s * Math.tan(d / 2)) - s * d)) < 1e-17, 'up to the rounding of the closed form');
    test.equal(lens(s, -d), -lens(s, d));
  }
});

t.test('what is inside and what is outside of a cut make the whole', async (test) => {
  const random = seeded(3);
  const [inside, outside, copy] = [polygonBuffer(), polygonBuffer(), polygonBuffer()];
  for (let round = 0; round < 2000; round++) {
    const size = 10 ** (-4 * random());
    const [lat, lon] = [(random() - 0.5) * 170, random() * 360];
    const corners = Array.from(
      { length: 3 + Math.floor(random() * 4) },
      (_, k): Corner => [
        Math.max(-89, Math.min(89, lat + 8 * size * Math.sin(k + 1e-3))),
        lon + (8 * size * Math.cos(k + 1e-3)) / Math.cos(lat * radians),
      ],
    );
    const polygon = polygonOf(corners);
    const whole = measured(polygon);
    const parts = [inside, outside];
    const z0 = Math.sin((lat + (random() - 0.5) * 16 * size) * radians);
    clipByParallel(polygon, inside, z0, 1);
    clipByParallel(polygon, outside, z0, -1);
    check(`parallel ${round}`);
    const n = vectorOf((random() - 0.5) * 180, random() * 360);
    // A plane through the polygon's first corner, moved a little.
    const along = n[0] * polygon.x[0]! + n[1] * polygon.y[0]! + n[2] * polygon.z[0]! + (random() - 0.5) * 0.1 * size;
    const m = [0, 1, 2].map((axis) => n[axis]! - along * [polygon.x, polygon.y, polygon.z][axis]![0]!) as [number, number, number];
    clipByPlane(polygon, inside, ...m);
    clipByPlane(polygon, outside, -m[0], -m[1], -m[2]);
    check(`plane ${round}`);
    copyPolygon(polygon, copy);
    function check(name: string): void {
      const sums = parts.map(measured);
      for (const of of ['area', 'mx', 'my', 'mz'] as const) {
        const sum = sums.reduce((total, part) => total + part[of], 0);
        if (Math.abs(sum - whole[of]) > 1e-13 * Math.abs(whole.area) + 1e-16) test.fail(`${name}: ${of} ${sum} of ${whole[of]}`);
      }
      if (sums.some(({ area }) => area < -1e-13 * whole.area)) test.fail(`${name}: a negative part`);
    }
  }
  test.pass('4000 cuts');
});

t.test('an arc that bends across a parallel between its ends leaves a lens on one side and two pieces on the other', async (test) => {
  // The arc between two points at 60 N, 40 degrees apart, reaches atan(tan 60 / cos 20) = 61.52 N.
  const polygon = polygonOf([
    [55, 0],
    [55, 40],
    [60, 40],
    [60, 0],
  ]);
  const [cap, rest] = [polygonBuffer(), polygonBuffer()];
  const z0 = Math.sin(61 * radians);
  clipByParallel(polygon, cap, z0, 1);
  clipByParallel(polygon, rest, z0, -1);
  test.equal(cap.count, 2, 'a lens has two corners');
  // The lens: half its width w in longitude has cos w = tan 60 / (cos 20)^-1 ... = tan 61 cos(arc) on the great circle.
  const half = Math.acos(Math.tan(61 * radians) / (Math.tan(60 * radians) / Math.cos(20 * radians)));
  const expected = 2 * Math.atan(z0 * Math.tan(half)) - z0 * 2 * half;
  test.ok(Math.abs(measured(cap).area - expected) < 1e-15, `${measured(cap).area} ${expected}`);
  test.ok(Math.abs(measured(cap).area + measured(rest).area - measured(polygon).area) < 1e-15);
});

t.test('boxes cut a triangle at the pole into parts that make the whole', async (test) => {
  const triangle: readonly Corner[] = [
    [90, 0],
    [60, -70],
    [62, 50],
  ];
  const whole = measured(polygonOf(triangle)).area;
  let sum = 0;
  for (let row = 0; row < 12; row++) {
    for (let column = 0; column < 24; column++) {
      const [first, second] = [polygonOf(triangle), polygonBuffer()];
      const band = clipToBand(first, second, row === 0 ? 1 : Math.sin((90 - 3 * row) * radians), Math.sin((87 - 3 * row) * radians));
      const cut = clipToLune(band, band === first ? second : first, 15 * column * radians, 15 * (column + 1) * radians);
      sum += measured(cut).area;
    }
  }
  test.ok(Math.abs(sum / whole - 1) < 1e-14, `${sum / whole - 1}`);
});
