// Points in polygons against d3-geo, whose edges are great circles: corners every half degree put the two 0.001 degrees apart.
import { geoContains } from 'd3-geo';
import t from 'tap';
import { gridFromSpec } from '../../../src/atlas/index.js';
import { closes, pointsInside, type Ring } from '../../../src/plume/extreme-wind/polygon.js';

const grid = gridFromSpec('N16');
const { lat, lon } = grid.coordinates();

/** Corners every half degree along straight edges. */
function dense(ring: Ring): Ring {
  return ring.flatMap(([lat1, lon1], index) => {
    const [lat2, lon2] = ring[(index + 1) % ring.length] as Ring[number];
    const steps = Math.ceil(Math.max(Math.abs(lat2 - lat1), Math.abs(lon2 - lon1)) * 2);
    return Array.from(
      { length: steps },
      (_, step) => [lat1 + ((lat2 - lat1) * step) / steps, lon1 + ((lon2 - lon1) * step) / steps] as const,
    );
  });
}

/** Clockwise as d3 wants it for a polygon smaller than a hemisphere. */
function contains(ring: Ring, point: number): boolean {
  const coordinates = dense(ring).map(([y, x]) => [x, y]);
  return geoContains({ type: 'Polygon', coordinates: [[...coordinates, coordinates[0] as number[]]] }, [
    lon[point] as number,
    lat[point] as number,
  ]);
}

// Corners between the points of the grid, so that none lies on an edge.
const rings: Readonly<Record<string, Ring>> = {
  triangle: [
    [60.01, -30.02],
    [10.03, 40.07],
    [-20.01, -10.04],
  ],
  'across the date line': [
    [30.01, 150.03],
    [25.02, 215.04],
    [-35.03, 205.01],
    [-20.04, 160.02],
  ],
  'a hook': [
    [50.01, 0.03],
    [50.02, 60.04],
    [40.03, 60.05],
    [40.04, 20.06],
    [20.05, 20.07],
    [20.06, 60.08],
    [10.07, 60.09],
    [10.08, 0.01],
  ],
};

t.test('the same points as on the sphere with dense corners', async (test) => {
  for (const [name, ring] of Object.entries(rings)) {
    const inside = new Set(pointsInside({ lat, lon }, [ring]));
    let different = 0;
    for (let point = 0; point < grid.points; point++) if (contains(ring, point) !== inside.has(point)) different++;
    test.equal(different, 0, `${name}: ${inside.size} points`);
    test.ok(inside.size > 25, 'not none');
  }
});

t.test('longitudes may be given in any turn, corners in either sense', async (test) => {
  const ring = rings['across the date line'] as Ring;
  const wanted = [...pointsInside({ lat, lon }, [ring])];
  const turned = (by: number): Ring => ring.map(([y, x]) => [y, x + by]);
  for (const other of [turned(360), turned(-360), ring.map(([y, x]) => [y, x > 180 ? x - 360 : x] as const), ring.toReversed()]) {
    test.same([...pointsInside({ lat, lon }, [other])], wanted);
  }
});

t.test('a region around a pole is closed along it, a ring in a ring is a hole', async (test) => {
  const cap: Ring = [
    [60, -180],
    [60, 180],
    [90, 180],
    [90, -180],
  ];
  test.same(
    [...pointsInside({ lat, lon }, [cap])],
    [...lat.keys()].filter((point) => (lat[point] as number) > 60),
  );
  const around: Ring = [
    [60, 0],
    [60, 120],
    [60, 240],
  ];
  test.equal(closes(around), false);
  test.ok(closes(cap) && closes(rings['triangle'] as Ring));
  const box = (half: number): Ring => [
    [half, -half],
    [half, half],
    [-half, half],
    [-half, -half],
  ];
  const ringed = pointsInside({ lat, lon }, [box(40.01), box(20.01)]);
  const within = (half: number, point: number): boolean =>
    Math.abs(lat[point] as number) < half && Math.abs((((((lon[point] as number) + 180) % 360) + 360) % 360) - 180) < half;
  test.same(
    [...ringed],
    [...lat.keys()].filter((point) => within(40.01, point) && !within(20.01, point)),
  );
});
