import { DteError, type NpyArray, readNpy } from '../base/index.js';
import type { Coordinates } from './grid.js';

const LATITUDES = ['latitudes', 'latitude', 'lat', 'lats'];
const LONGITUDES = ['longitudes', 'longitude', 'lon', 'lons'];

/** Degrees of a .npy file of one dimension. `data.format` when it is damaged or has another shape. */
export function pointValues(bytes: Uint8Array, file?: string): Float64Array {
  const { shape, values } = readNpy(bytes, file);
  if (shape.length === 1) return degreesOf(values);
  throw wrong(file, `an array of shape ${shape.join(' x ')}`, 'one number for each point');
}

/**
 * Positions of a file: .npy of [points, 2], latitude and longitude as `dte grid --points` writes it, or .npz with an array of
 * latitudes and one of longitudes. `data.format` when it is damaged or holds something else.
 */
export async function pointPairs(bytes: Uint8Array, file?: string): Promise<Coordinates> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return await fromNpz(bytes, file);
  const { shape, values } = readNpy(bytes, file);
  const [points, two] = shape;
  if (shape.length !== 2 || two !== 2)
    throw wrong(file, `an array of shape ${shape.join(' x ')}`, 'shape points x 2: latitude and longitude');
  const pairs = degreesOf(values);
  return {
    lat: Float64Array.from({ length: points as number }, (_, point) => pairs[2 * point]),
    lon: Float64Array.from({ length: points as number }, (_, point) => pairs[2 * point + 1]),
  };
}

async function fromNpz(bytes: Uint8Array, file: string | undefined): Promise<Coordinates> {
  const { unzipSync } = await import('fflate');
  let members: Readonly<Record<string, Uint8Array>>;
  try {
    members = unzipSync(bytes);
  } catch (cause) {
    throw new DteError('data.format', 'not a readable npz file: the zip is damaged', { ...placed(file), cause });
  }
  const member = (names: readonly string[]): Float64Array => {
    const name = names.find((candidate) => `${candidate}.npy` in members);
    if (name === undefined) throw wrong(file, `arrays ${Object.keys(members).join(', ') || 'none'}`, `one of ${names.join(', ')}`);
    return degreesOf(readNpy(members[`${name}.npy`] as Uint8Array, file).values);
  };
  return { lat: member(LATITUDES), lon: member(LONGITUDES) };
}

function degreesOf(values: NpyArray['values']): Float64Array {
  return values instanceof BigInt64Array ? Float64Array.from(values, Number) : Float64Array.from(values);
}

function wrong(file: string | undefined, met: string, hint: string): DteError {
  return new DteError('data.format', `${met} where coordinates of points are wanted`, { ...placed(file), hint });
}

function placed(file: string | undefined): { where?: { file: string } } {
  return file === undefined ? {} : { where: { file } };
}
