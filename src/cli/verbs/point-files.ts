import { type Coordinates, pointPairs, pointValues, type PointFiles } from '../../atlas/index.js';
import { DteError, readWhole } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';

/** Short names and names under which producers write positions as fields: ICON's CLAT, ORCA's latitudes, plain lat. */
const LATITUDES = /^(clat|tlat|rlat|lat|latitude|latitudes|nlat|elat|vlat)$/i;
const LONGITUDES = /^(clon|tlon|rlon|lon|longitude|longitudes|nlon|elon|vlon)$/i;
/** Discipline, category and number of latitude and longitude in GRIB2: 0.191.1 and 0.191.2. */
const CODES = { lat: '0.191.1', lon: '0.191.2' } as const;

/** Files of points that a gridspec names: npy, npz, or GRIB fields of latitude and longitude. */
export function pointFiles(terminal: Terminal): PointFiles {
  const { fs } = terminal.context;
  return {
    async values(path) {
      const bytes = await readWhole(fs, path);
      if (!isGrib(bytes)) return pointValues(bytes, path);
      const { oneMessage } = await import('./messages-in.js');
      return await fieldValues(terminal, await oneMessage(terminal, path, 1));
    },
    async pairs(path) {
      const bytes = await readWhole(fs, path);
      return isGrib(bytes) ? await gribPairs(terminal, path) : await pointPairs(bytes, path);
    },
  };
}

function isGrib(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[1] === 0x52 && bytes[2] === 0x49 && bytes[3] === 0x42;
}

/** The fields of latitude and longitude of a GRIB file, by name or number of their parameter. `absent.field` when one is not there. */
async function gribPairs(terminal: Terminal, path: string): Promise<Coordinates> {
  const { messagesIn } = await import('./messages-in.js');
  const { find } = await import('../../grib/index.js');
  const found: { lat?: Float64Array; lon?: Float64Array } = {};
  for await (const message of messagesIn(terminal, [path], {})) {
    const code = ['discipline', 'parameterCategory', 'parameterNumber'].map((key) => find(message, key)).join('.');
    const name = String(find(message, 'shortName'));
    if (found.lat === undefined && (LATITUDES.test(name) || code === CODES.lat)) found.lat = await fieldValues(terminal, message);
    else if (found.lon === undefined && (LONGITUDES.test(name) || code === CODES.lon)) found.lon = await fieldValues(terminal, message);
    if (found.lat !== undefined && found.lon !== undefined) return { lat: found.lat, lon: found.lon };
  }
  throw new DteError('absent.field', `no field of ${found.lat === undefined ? 'latitudes' : 'longitudes'}`, {
    where: { file: path },
    hint: 'fields are known by their parameter: 0.191.1 and 0.191.2, or clat and clon, tlat and tlon, lat and lon',
  });
}

async function fieldValues(terminal: Terminal, message: import('../../grib/index.js').Message): Promise<Float64Array> {
  const { decoded } = await import('./decoded.js');
  const { withEngine } = await import('./with-engine.js');
  // Positions need all their digits: the host's exact executor.
  const values = await withEngine(terminal, { device: 'cpu', precision: 'f64' }, (engine) => decoded(engine, message, 'file'));
  return Float64Array.from(values);
}
