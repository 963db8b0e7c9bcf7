import type { Grid } from '../../atlas/index.js';
import type { DeviceArray, Engine } from '../../compute/index.js';

/** Degrees of every point of a grid on the device: latitudes, and longitudes from 0 to 360. */
export async function coordinateOnDevice(engine: Engine, grid: Grid, name: 'lat' | 'lon'): Promise<DeviceArray<'f32'>> {
  const degrees = grid.coordinates()[name];
  return await engine.upload('f32', name === 'lat' ? degrees : degrees.map(eastward));
}

function eastward(lon: number): number {
  const turned = lon % 360;
  return turned < 0 ? turned + 360 : turned;
}
