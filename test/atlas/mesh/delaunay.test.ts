import t from 'tap';
import { delaunay, gridFromSpec } from '../../../src/atlas/index.js';
import { isDteError } from '../../../src/base/index.js';
import { unitVectors } from '../../../src/atlas/mesh/unit-vectors.js';
import { pythonWith } from '../../support/python.js';
import { seeded } from '../../support/random.js';
import { cross, dot, type Points, randomPoints, sphericalAreas, sum } from './sphere.js';

/**
 * Height of the highest point above the plane of a triangle, positive when it lies inside its circle. Counted in what rounding of
 * unit vectors by 1e-16 can feign: it tilts the plane of a triangle with a side of length s by 1e-16 / s.
 */
function highestIntruder({ lat, lon }: Points, triangles: Uint32Array): number {
  const vectors = unitVectors(lat, lon);
  const at = (node: number): readonly number[] => [...vectors.subarray(3 * node, 3 * node + 3)];
  const all = Array.from(lat, (_, node) => at(node));
  const between = (a: readonly number[], b: readonly number[]): readonly number[] => [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const length = (a: readonly number[]): number => Math.sqrt(dot(a, a));
  let worst = -Infinity;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [...triangles.subarray(t, t + 3)].map((node) => all[node]);
    const [ab, ac, bc] = [between(a, b), between(a, c), between(b, c)];
    const normal = cross(ab, ac);
    // Height of the triangle over its longest side: its narrowest width.
    const width = length(normal) / Math.max(length(ab), length(ac), length(bc));
    for (const point of all) {
      const way = between(a, point);
      worst = Math.max(worst, ((dot(normal, way) / length(normal)) * (width / (width + length(way)))) / 1e-16);
    }
  }
  return worst;
}

const closed: readonly (readonly [string, Points])[] = [
  ['random points', randomPoints(400, 1)],
  ['an octahedral grid, whose quadrilaterals lie on circles', gridFromSpec('O8').coordinates()],
  ['a regular Gaussian grid', gridFromSpec('F8').coordinates()],
  ['points of which half lie within 100 m', clustered()],
];

function clustered(): Points {
  const { lat, lon } = randomPoints(400, 2);
  const random = seeded(3);
  for (let point = 200; point < 400; point++) {
    lat[point] = 45 + 1e-3 * random();
    lon[point] = 10 + 1e-3 * random();
  }
  return { lat, lon };
}

for (const [name, points] of closed) {
  t.test(`Delaunay triangles of ${name} close the sphere and have empty circles`, async (t) => {
    const triangles = delaunay(points.lat, points.lon);
    t.equal(triangles.length / 3, 2 * points.lat.length - 4, 'Euler: 2 n - 4 triangles');
    const areas = sphericalAreas(points, triangles, 3);
    t.ok(
      areas.every((area) => area > 0),
      'all run counter-clockwise',
    );
    t.ok(Math.abs(sum(areas) / (4 * Math.PI) - 1) < 1e-12, 'areas sum to the sphere');
    t.ok(highestIntruder(points, triangles) < 8, 'no point is inside a circle');
  });
}

t.test('points of a region get their convex hull, without the triangles that close it from behind', async (t) => {
  const points = randomPoints(300, 4, (lat, lon) => lat > 30 && lat < 60 && lon < 40);
  const triangles = delaunay(points.lat, points.lon);
  t.ok(sphericalAreas(points, triangles, 3).every((area) => area > 0));
  // Euler for a disc: t = 2 n - 2 - h, where h edges have one triangle only.
  const edges = new Map<string, number>();
  for (let at = 0; at < triangles.length; at++) {
    const to = triangles[at % 3 === 2 ? at - 2 : at + 1];
    const key = [triangles[at], to].sort((a, b) => a - b).join();
    edges.set(key, (edges.get(key) ?? 0) + 1);
  }
  const hull = [...edges.values()].filter((count) => count === 1).length;
  t.equal(triangles.length / 3, 2 * 300 - 2 - hull);
});

t.test('a diagonal of four points on a circle starts at the lowest index, wherever the others are in the list', async (t) => {
  const { lat, lon } = gridFromSpec('F4').coordinates();
  const ring = 16;
  const triangles = delaunay(lat, lon);
  const has = (...wanted: readonly number[]): boolean => {
    for (let at = 0; at < triangles.length; at += 3) if (wanted.every((node) => triangles.subarray(at, at + 3).includes(node))) return true;
    return false;
  };
  for (let column = 0; column < ring - 1; column++)
    t.ok(has(ring + column, 2 * ring + column + 1), `between rows 1 and 2 at column ${column}`);
});

const scipy = pythonWith(['numpy', 'scipy']);

t.test('the triangles are the facets of the convex hull that qhull finds', { skip: scipy.absent }, async (t) => {
  const points = randomPoints(2000, 5);
  const program = [
    'import sys, numpy, scipy.spatial',
    "hull = scipy.spatial.ConvexHull(numpy.frombuffer(sys.stdin.buffer.read()).reshape(-1, 3)); print('\\n'.join(str(sorted(f)) for f in hull.simplices.tolist()))",
  ].join('\n');
  const theirs = scipy
    .run(program, new Uint8Array(unitVectors(points.lat, points.lon).buffer))
    .trim()
    .split('\n')
    .sort();
  const triangles = delaunay(points.lat, points.lon);
  const ours = Array.from({ length: triangles.length / 3 }, (_, k) => [...triangles.subarray(3 * k, 3 * k + 3)].sort((a, b) => a - b));
  t.strictSame(ours.map((corners) => `[${corners.join(', ')}]`).sort(), theirs);
});

t.test('points that cannot be joined are refused with their place', async (t) => {
  const refused = (lat: readonly number[], lon: readonly number[], pattern: RegExp): void => {
    try {
      delaunay(Float64Array.from(lat), Float64Array.from(lon));
      t.fail(`${lat.join()} was accepted`);
    } catch (error) {
      t.ok(isDteError(error, 'input.grid'));
      t.match((error as Error).message, pattern);
    }
  };
  refused([0, 0, 10, 20], [0, 10, 20], /4 latitudes and 3 longitudes/);
  refused([0, 0, Number.NaN, 20], [0, 10, 20, 30], /point 2 lies at latitude NaN, longitude 20; latitudes from -90 to 90/);
  refused([0, 91, 0, 20], [0, 10, 20, 30], /point 1 lies at latitude 91/);
  refused([0, 9, 0, 20], [0, 10, Infinity, 30], /point 2 lies at latitude 0, longitude Infinity/);
  refused([0, 10], [0, 0], /2 different points cannot be joined .* at least three/);
  refused([0, 0, 0], [0, 10, 20], /3 different points/);
  refused([0, 0, 0, 0, 0], [0, 50, 120, 200, 300], /5 points lie on one circle/);
  refused(
    [0, 10, 0, 10, 20],
    [0, 50, 360, -310, 300],
    /2 points repeat the place of another: 0 and 2 \(latitude 0, longitude 360\), 1 and 3/,
  );
});

t.test('repeated points are left out when asked', async (t) => {
  const { lat, lon } = gridFromSpec('30/30').coordinates();
  const triangles = delaunay(lat, lon, { duplicates: 'skip' });
  const used = new Set(triangles);
  t.equal(used.size, 5 * 12 + 2, 'one point stays on each pole');
  t.equal(triangles.length / 3, 2 * used.size - 4);
});
