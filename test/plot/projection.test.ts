import t from 'tap';
import { createProjection, projectionNames } from '../../src/plot/projection.js';

const place = { left: 10, top: 20, width: 1000, maxHeight: 800 };

t.test('the inverse of the forward projection is the point itself, in every projection', async (t) => {
  for (const name of projectionNames) {
    const { forward, inverse } = createProjection({ name, centre: [15, 40], ...place });
    let seen = 0;
    for (let lat = -85; lat <= 85; lat += 17) {
      for (let lon = -160; lon <= 190; lon += 23) {
        const point = forward(lon, lat);
        if (point === undefined) continue;
        seen++;
        const [backLon, backLat] = inverse(...point);
        // Next to the limb of the orthographic globe a pixel of 1e-13 is an angle of 1e-6.
        const off = Math.hypot(backLat - lat, ((((backLon - lon) % 360) + 540) % 360) - 180);
        if (!(off < 1e-5)) t.fail(`${name} ${lon}, ${lat}: ${backLon}, ${backLat}`);
      }
    }
    t.ok(seen > 60, `${name}: ${seen} points seen and found again`);
  }
});

t.test('an equirectangular globe is twice as wide as high, and linear', async (t) => {
  const { box, forward } = createProjection({ name: 'equirectangular', ...place });
  t.same(box, { left: 10, top: 20, right: 1010, bottom: 520 });
  const [x, y] = forward(90, 45) as [number, number];
  t.ok(Math.abs(x - 760) < 1e-4 && Math.abs(y - 145) < 1e-4, `${x}, ${y}`);
});

t.test('Robinson keeps the proportions of its table', async (t) => {
  const { forward } = createProjection({ name: 'robinson', ...place });
  const [centreX, centreY] = forward(0, 0) as [number, number];
  const [eastX] = forward(179.999999, 0) as [number, number];
  const [poleX, poleY] = forward(179.999999, 90) as [number, number];
  const [x40, y40] = forward(179.999999, 40) as [number, number];
  const half = eastX - centreX;
  // Robinson's table: the pole is 0.5322 of the equator, 40 degrees 0.9216 long and 0.4958 of the height up; height to width 0.5072.
  t.ok(Math.abs((poleX - centreX) / half - 0.5322) < 1e-6);
  t.ok(Math.abs((x40 - centreX) / half - 0.9216) < 1e-6);
  t.ok(Math.abs((centreY - y40) / (centreY - poleY) - 0.4958) < 1e-6);
  t.ok(Math.abs((centreY - poleY) / half - 0.5072) < 1e-4);
});

t.test('Mollweide keeps areas: half of the northern hemisphere lies below 30 degrees', async (t) => {
  const { forward } = createProjection({ name: 'mollweide', ...place });
  // Strips of one degree: height times the length of their middle parallel.
  const strip = (lat: number) => {
    const [left] = forward(-179.999999, lat + 0.5) as [number, number];
    const [right] = forward(179.999999, lat + 0.5) as [number, number];
    const [, bottom] = forward(0, lat) as [number, number];
    const [, top] = forward(0, lat + 1) as [number, number];
    return (right - left) * (bottom - top);
  };
  const sum = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => strip(from + index)).reduce((a, b) => a + b, 0);
  // sin 30 = 1/2; the strips' own error is of second order.
  t.ok(Math.abs(sum(0, 30) / sum(0, 90) - 0.5) < 1e-3);
});

t.test('the far side of the globe is not shown', async (t) => {
  const { forward } = createProjection({ name: 'orthographic', centre: [0, 0], ...place });
  t.equal(forward(180, 0), undefined);
  t.equal(forward(100, 0), undefined);
  t.ok(forward(80, 0));
});

t.test('an area fills the room given', async (t) => {
  const { box, inverse } = createProjection({ name: 'equirectangular', area: { north: 60, west: 170, south: 40, east: 200 }, ...place });
  const [west, north] = inverse(box.left, box.top);
  const [east, south] = inverse(box.right, box.bottom);
  // The map ends on whole pixels: half a pixel is 0.015 degrees.
  [170, 60, -160, 40].forEach((edge, index) => t.ok(Math.abs([west, north, east, south][index] - edge) <= 0.0151));
});

t.test('a misspelt projection is refused with the nearest name, and an area on the far side is refused', async (t) => {
  t.throws(() => createProjection({ name: 'robinsen', ...place }), { code: 'input.option', hint: "did you mean 'robinson'?" });
  t.throws(
    () => createProjection({ name: 'robin', ...place }),
    { code: 'input.option', hint: "did you mean 'robinson'?" },
    'its beginning is enough',
  );
  t.throws(() => createProjection({ name: 'lambert', ...place }), {
    code: 'input.option',
    message: /^'lambert' is not a projection: equirectangular, .*stereographic-south \(option projection\)$/,
  });
  const area = { north: 10, west: 170, south: -10, east: 190 };
  t.throws(() => createProjection({ name: 'orthographic', area, centre: [0, 0], ...place }), { code: 'input.area' });
});
