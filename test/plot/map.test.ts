import { decode } from 'fast-png';
import t from 'tap';
import { type Grid, gridFromSpec, spectralGrid, unstructuredGrid } from '../../src/atlas/index.js';
import { missingValue } from '../../src/compute/index.js';
import { encodePng, type Image, type MapOptions, missingColour, outsideColour, renderMap } from '../../src/plot/index.js';
import { createColourScale } from '../../src/plot/colour-scale.js';
import { findPalette } from '../../src/plot/palette.js';

// Without title and degree labels the map of a globe lies 26 pixels from the left and upper edge at 1200 pixels: 1148 wide.
const bare: MapOptions = { coastlines: false, graticule: false, bands: false, range: [0, 360] };
const left = 26;
const scale = 1148 / 360;

const pixelAt = (image: Image, lon: number, lat: number) => {
  const x = Math.floor(left + (lon + 180) * scale);
  const y = Math.floor(26 + (90 - lat) * scale);
  return [...image.data.slice((y * image.width + x) * 4, (y * image.width + x) * 4 + 3)];
};
const near = (a: readonly (number | undefined)[], b: readonly (number | undefined)[]) =>
  b.slice(0, 3).every((part, index) => Math.abs((part ?? 0) - (a[index] ?? 0)) <= 4);
const field = (grid: Grid, value: (lat: number, lon: number) => number) => {
  const { lat, lon } = grid.coordinates();
  return Float32Array.from(lat, (y, point) => value(y, ((lon[point] % 360) + 360) % 360));
};
const colours = createColourScale(findPalette('viridis'), 0, 360, { range: [0, 360] });

t.test('where the value is the longitude, colours follow it, on regular, reduced and unstructured grids', async (t) => {
  const o48 = gridFromSpec('O48');
  const { lat, lon } = o48.coordinates();
  for (const grid of [gridFromSpec({ grid: [2, 2] }), o48, unstructuredGrid({ points: o48.points, coordinates: { lat, lon } })]) {
    const image = await renderMap(
      field(grid, (_, x) => x),
      grid,
      bare,
    );
    for (const [lon, lat] of [
      [-170, 60],
      [-90, 0],
      [30, 45],
      [100, -50],
      [170, 10],
    ] as const) {
      const found = pixelAt(image, lon, lat);
      const expected = colours.colour((lon + 360) % 360);
      t.ok(near(found, expected), `${grid.type} at ${lon}, ${lat}: ${found} for ${expected}`);
    }
  }
});

t.test('bilinear sampling is linear between points, also where the row closes and across Greenwich', async (t) => {
  const grid = gridFromSpec({ grid: [10, 10] });
  const sine = (degrees: number) => 180 + 900 * Math.sin((degrees * Math.PI) / 180);
  const image = await renderMap(
    field(grid, (_, lon) => sine(lon)),
    grid,
    { ...bare, sampling: 'bilinear' },
  );
  for (const [lon, west, east] of [
    [175, 170, 180],
    [-175, 180, 190],
    [5, 0, 10],
    [-5, -10, 0],
  ] as const) {
    t.ok(near(pixelAt(image, lon, 0), colours.colour((sine(west) + sine(east)) / 2)), `${lon}`);
  }
});

t.test('nearest sampling shows a patch around each point', async (t) => {
  const grid = gridFromSpec({ grid: [30, 30] });
  const image = await renderMap(
    field(grid, (_, x) => x),
    grid,
    { ...bare, sampling: 'nearest' },
  );
  for (const lon of [47, 60, 73]) t.ok(near(pixelAt(image, lon, 0), colours.colour(60)), `${lon}`);
  t.ok(near(pixelAt(image, 77, 0), colours.colour(90)));
});

t.test('missing values have the missing colour, and neighbours keep theirs', async (t) => {
  const grid = gridFromSpec({ grid: [2, 2] });
  const image = await renderMap(
    field(grid, (y, x) => (y > 20 && y < 60 && x > 100 && x < 140 ? missingValue : x)),
    grid,
    bare,
  );
  t.same(pixelAt(image, 120, 40), missingColour);
  t.ok(near(pixelAt(image, 95, 40), colours.colour(95)));
  t.ok(near(pixelAt(image, 120, -40), colours.colour(120)));
});

t.test('a field with every value missing is still a map', async (t) => {
  const grid = gridFromSpec({ grid: [10, 10] });
  const image = await renderMap(new Float32Array(grid.points).fill(missingValue), grid, { coastlines: false, graticule: false });
  t.same(pixelAt(image, 33, 33), missingColour);
});

t.test('a regional grid fills the map, and with a wider area its surroundings are marked as outside', async (t) => {
  const grid = gridFromSpec({ grid: [1, 1], area: [60, -20, 40, 20] });
  const values = field(grid, () => 300);
  const region = await renderMap(values, grid, bare);
  const middle = (Math.floor(region.height * 0.4) * region.width + 600) * 4;
  t.ok(near([...region.data.slice(middle, middle + 3)], colours.colour(300)));
  t.equal(Math.round(region.height / 100), 7, '40 by 20 degrees on 1148 by 574 pixels, and the legend');
  const globe = await renderMap(values, grid, { ...bare, area: { north: 90, west: -180, south: -90, east: 180 } });
  t.same(pixelAt(globe, 100, 0), outsideColour);
  t.same(pixelAt(globe, 23, 50), outsideColour);
  t.ok(near(pixelAt(globe, 0, 50), colours.colour(300)));
});

t.test('a rotated grid is drawn where its points lie on the globe', async (t) => {
  const grid = gridFromSpec({ grid: [1, 1], area: [10, -10, -10, 10], rotation: [-40, 10] });
  // The middle of the frame, 0/0, lies at 50 N, 10 E for a south pole at 40 S, 10 E.
  const values = field(grid, (y) => y * 4);
  const image = await renderMap(values, grid, { ...bare, area: { north: 90, west: -180, south: -90, east: 180 } });
  for (const lat of [42, 50, 58]) t.ok(near(pixelAt(image, 10, lat), colours.colour(lat * 4)), `${lat}`);
  t.same(pixelAt(image, 10, 30), outsideColour);
});

t.test('the coast is dark where it is, and open sea and desert are not', async (t) => {
  const grid = gridFromSpec({ grid: [10, 10] });
  const values = new Float32Array(grid.points).fill(360);
  const darkest = (image: Image, lon: number, lat: number, reach: number) => {
    let least = 255;
    for (let dy = -reach; dy <= reach; dy += 0.2)
      for (let dx = -reach; dx <= reach; dx += 0.2) least = Math.min(least, pixelAt(image, lon + dx, lat + dy)[0]);
    return least;
  };
  const image = await renderMap(values, grid, { ...bare, coastlines: true, palette: 'wind', range: [360, 720] });
  // Natural Earth: Cabo da Roca 38.78 N 9.50 W, Cape Agulhas 34.83 S 20.00 E, Ponta do Calcanhar 5.16 S 35.49 W.
  for (const [lon, lat] of [
    [-9.5, 38.78],
    [20, -34.83],
    [-35.49, -5.16],
  ])
    t.ok(darkest(image, lon, lat, 0.8) < 100, `coast at ${lon}, ${lat}`);
  for (const [lon, lat] of [
    [-30, 30],
    [10, 22],
    [100, -30],
  ])
    t.ok(darkest(image, lon, lat, 1.5) > 230, `no coast at ${lon}, ${lat}`);
  const without = await renderMap(values, grid, { ...bare, palette: 'wind', range: [360, 720] });
  t.ok(darkest(without, 20, -34.83, 0.8) > 230, 'coastlines: false draws none');
});

t.test('a PNG decodes to the same pixels', async (t) => {
  const grid = gridFromSpec('O32');
  const image = await renderMap(
    field(grid, (_, x) => x),
    grid,
    { width: 400, projection: 'robinson', title: 'Longitude [°]', subtitle: 'by itself', units: 'm s**-1' },
  );
  const png = decode(encodePng(image));
  t.equal(png.width, 400);
  t.equal(png.height, image.height);
  t.equal(png.channels, 3);
  const same = Array.from({ length: image.width * image.height }, (_, pixel) =>
    [0, 1, 2].every((part) => png.data[pixel * 3 + part] === image.data[pixel * 4 + part]),
  );
  t.ok(same.every(Boolean));
});

t.test('the title puts ink above the map', async (t) => {
  const grid = gridFromSpec({ grid: [30, 30] });
  const values = new Float32Array(grid.points);
  const ink = (image: Image, rows: number) => image.data.slice(0, rows * image.width * 4).filter((part) => part < 100).length;
  t.equal(ink(await renderMap(values, grid, bare), 22), 0);
  t.ok(ink(await renderMap(values, grid, { ...bare, title: '2 metre temperature' }), 50) > 500);
});

t.test('every projection draws a map with coast and graticule', async (t) => {
  const grid = gridFromSpec('O32');
  const values = field(grid, (_, x) => x);
  for (const projection of [
    'equirectangular',
    'robinson',
    'mollweide',
    'orthographic',
    'stereographic-north',
    'stereographic-south',
  ] as const) {
    const image = await renderMap(values, grid, { projection, width: 300 });
    const shades = new Set(new Uint32Array(image.data.buffer));
    t.ok(image.height > 100 && shades.size > 50, `${projection}: ${image.height} pixels high, ${shades.size} colours`);
  }
});

t.test('what cannot be drawn is refused', async (t) => {
  const grid = gridFromSpec({ grid: [30, 30] });
  const values = new Float32Array(grid.points);
  await t.rejects(renderMap(new Float32Array(6), spectralGrid(1)), { code: 'unsupported.grid' });
  await t.rejects(renderMap(values.subarray(1), grid), { code: 'input.field' });
  await t.rejects(renderMap(values, grid, { width: 10 }), { code: 'input.option' });
  await t.rejects(renderMap(values, grid, { range: [0, Number.POSITIVE_INFINITY] }), { code: 'input.option' });
  await t.rejects(renderMap(values, grid, { projection: 'mercator' as 'robinson' }), { code: 'input.option' });
  await t.rejects(renderMap(values, grid, { palette: 'rainbow' as 'viridis' }), { code: 'input.option' });
  await t.rejects(renderMap(values, grid, { area: { north: 10, west: 0, south: 20, east: 10 } }), { code: 'input.area' });
});
