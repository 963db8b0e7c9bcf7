import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Grid, gaussianGrid, regularLatLon } from '../../src/atlas/index.js';

/** Latitudes and longitudes of ecCodes' own iterators against ours, built from the same header keys. */
const files: readonly (readonly [string, number])[] = [
  ['regular_ll_msl.grib', 1e-9],
  ['step_60m.grib', 1e-9],
  ['scanning_mode_64.grib', 1e-9],
  ['alternate-scanning.grib', 1e-9],
  ['regular_gg_sfc.grib', 1e-9],
  ['reduced_gg.grib', 1e-9],
  ['gridType-reduced_gg_gridName-O8_shortName-q.grib2', 1e-9],
  ['gridName-N256.grib2', 1e-9],
  // ecCodes 2.28 gives rotated coordinates in f32 (half a unit is 2^-17 from 128 degrees on) and rounds them to 6 decimals.
  ['rotated_ll.3-3.grib1', 2 ** -17 + 0.6e-6],
];

const directory = join('..', 'shared', 'data', 'grib');
const reason = absence();

t.test('latitudes and longitudes are those of ecCodes', { skip: reason }, async (t) => {
  for (const [file, tolerance] of files) {
    const path = join(directory, file);
    const grid = gridOf(path);
    const expected = coordinatesOf(path);
    t.equal(grid.points, expected.length, `${file}: points`);
    const { lat, lon } = grid.coordinates();
    const isSouthFirst = get(path, 'jScansPositively') === '1';
    const columns = grid.rows?.counts[0] ?? 1;
    let worst = 0;
    for (const [index, [wantedLat, wantedLon]] of expected.entries()) {
      const row = Math.floor(index / columns);
      const point = isSouthFirst ? grid.points - (row + 1) * columns + (index % columns) : index;
      const turn = ((((lon[point] - wantedLon) % 360) + 540) % 360) - 180;
      worst = Math.max(worst, Math.abs(lat[point] - wantedLat), Math.abs(turn) * Math.cos((wantedLat * Math.PI) / 180));
    }
    t.ok(worst <= tolerance, `${file}: largest distance ${worst} degrees along a parallel or meridian`);
  }
});

function gridOf(path: string): Grid {
  const number = (key: string) => Number(get(path, key));
  const [firstLat, lastLat] = [number('latitudeOfFirstGridPointInDegrees'), number('latitudeOfLastGridPointInDegrees')];
  const edges = {
    north: Math.max(firstLat, lastLat),
    west: number('longitudeOfFirstGridPointInDegrees'),
    south: Math.min(firstLat, lastLat),
    east: number('longitudeOfLastGridPointInDegrees'),
  };
  const gridType = get(path, 'gridType');
  if (gridType === 'regular_ll' || gridType === 'rotated_ll') {
    const size = {
      ...edges,
      columns: number('Ni'),
      rows: number('Nj'),
      dlon: number('iDirectionIncrementInDegrees'),
      dlat: number('jDirectionIncrementInDegrees'),
    };
    if (gridType === 'regular_ll') return regularLatLon(size);
    return regularLatLon({
      ...size,
      rotation: { southPoleLat: number('latitudeOfSouthernPoleInDegrees'), southPoleLon: number('longitudeOfSouthernPoleInDegrees') },
    });
  }
  const options = { gaussianNumber: number('N'), area: edges, points: number('numberOfDataPoints') };
  return gridType === 'regular_gg' ? gaussianGrid(options) : gaussianGrid({ ...options, pl: pointsPerRow(path) });
}

function get(path: string, key: string): string {
  return execFileSync('grib_get', ['-w', 'count=1', '-p', key, path], { encoding: 'utf8' }).trim();
}

function pointsPerRow(path: string): number[] {
  const dump = execFileSync('grib_dump', ['-j', '-w', 'count=1', '-p', 'pl', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const list = /"key"\s*:\s*"pl",\s*"value"\s*:\s*\[([^\]]*)\]/.exec(dump)?.[1];
  if (list === undefined) throw new Error(`grib_dump shows no pl for ${path}`);
  return list.split(',').map(Number);
}

function coordinatesOf(path: string): (readonly [number, number])[] {
  const text = execFileSync('grib_get_data', ['-w', 'count=1', '-m', '9999', '-L', '%.12f %.12f', path], {
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
  });
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}

/** The line to skip with, or false; with DTE_PEERS=required an absent peer is a failure. */
function absence(): string | false {
  const isRequired = process.env['DTE_PEERS'] === 'required';
  if (!existsSync(directory)) return `no ${directory}`;
  try {
    execFileSync('grib_get', ['-V'], { stdio: 'ignore' });
    return false;
  } catch (error) {
    if (isRequired) throw new Error('DTE_PEERS=required, but ecCodes (grib_get) is not installed', { cause: error });
    return 'ecCodes (grib_get) is not installed';
  }
}
