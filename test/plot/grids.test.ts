// What a pixel shows of grids without rows along parallels: the value of a known function at its place.
import t from 'tap';
import { type Grid, gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { missingValue } from '../../src/compute/index.js';
import { gridExtent } from '../../src/plot/extent.js';
import { outside, samplePixels } from '../../src/plot/sampler.js';

const plane = (projection: object, lonLat: readonly [number, number]): object => ({
  type: 'regional',
  nx: 60,
  ny: 40,
  dx: 50000,
  dy: 50000,
  'lonlat(centre)': lonLat,
  projection,
});
const height = (lat: number, lon: number): number => Math.sin((lat * Math.PI) / 180) + 0.5 * Math.cos(((lon - lat) * Math.PI) / 180);

function field(grid: Grid): Float64Array {
  const { lat, lon } = grid.coordinates();
  return Float64Array.from(lat, (at, point) => height(at, lon[point] as number));
}

t.test('pixels of planes, other orders and lists show the field where they lie', async (t) => {
  const cases: readonly (readonly [unknown, readonly [number, number], number])[] = [
    [plane({ type: 'lambert_conformal_conic', latitude1: 50, longitude0: 10 }, [10, 50]), [50, 10], 1e-3],
    // Next to a pole the function turns within a few points.
    [plane({ type: 'polar_stereographic', latitude1: 60, longitude0: 0 }, [170, 86]), [86, 170], 2e-3],
    [plane({ type: 'mercator', latitude1: 0 }, [179, 10]), [10, 179], 1e-3],
    ['H32', [20, 33], 0.02],
    ['H32n', [20, 33], 0.02],
    [{ grid: [2, 2], order: 'i+j+' }, [20, 33], 1e-3],
    ['CS-LFR-32', [20, 33], 0.05],
  ];
  for (const [spec, [lat, lon], tolerance] of cases) {
    const grid = gridFromSpec(spec as string);
    const pixels = { lat: Float64Array.of(lat, lat + 2.3, lat - 3.1, Number.NaN), lon: Float64Array.of(lon, lon + 3.7, lon - 2.9, 0) };
    for (const turn of [0, 360]) {
      const turned = { lat: pixels.lat, lon: pixels.lon.map((at) => at + turn) };
      const shown = samplePixels(field(grid), grid, gridExtent(grid), turned, 'bilinear');
      for (let pixel = 0; pixel < 3; pixel++) {
        const wanted = height(pixels.lat[pixel] as number, pixels.lon[pixel] as number);
        t.ok(
          Math.abs((shown[pixel] as number) - wanted) < tolerance,
          `${JSON.stringify(spec)} pixel ${pixel}: ${shown[pixel]} for ${wanted}`,
        );
      }
      t.equal(shown[3], outside);
    }
  }
});

t.test('a plane ends half a step beyond its points and keeps what is missing', async (t) => {
  const grid = gridFromSpec(plane({ type: 'lambert_conformal_conic', latitude1: 50, longitude0: 10 }, [10, 50]) as unknown as string);
  const values = field(grid);
  values[0] = missingValue;
  const { lat, lon } = grid.coordinates();
  const last = grid.points - 1;
  const places = {
    lat: Float64Array.of(lat[0] as number, lat[last] as number, 20, -50),
    lon: Float64Array.of(lon[0] as number, lon[last] as number, 10, 190),
  };
  for (const sampling of ['nearest', 'bilinear'] as const) {
    const shown = samplePixels(values, grid, gridExtent(grid), places, sampling);
    t.equal(shown[0], missingValue);
    t.ok(Math.abs((shown[1] as number) - (values[last] as number)) < 1e-9);
    t.same([shown[2], shown[3]], [outside, outside]);
  }
  const point = unstructuredGrid({ points: 1, coordinates: { lat: Float64Array.of(5), lon: Float64Array.of(7) } });
  t.same(gridExtent(point), { north: 5, west: 7, south: 5, east: 7 });
});
