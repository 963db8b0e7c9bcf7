// dte grid: what it says of each kind of grid, and where it takes points from.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import t from 'tap';
import { writeNpy } from '../../src/base/index.js';
import { noShared, sharedGrib } from '../grib/peer.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);

t.test('every kind of grid is described', async (t) => {
  const json = async (spec: string): Promise<Record<string, unknown>> =>
    JSON.parse(await output(['grid', spec, '--json'])) as Record<string, unknown>;
  const healpix = await json('{grid: h32n}');
  t.match(healpix, { type: 'healpix', name: 'H32n', points: 12288, healpix: { nside: 32, order: 'nested' } });
  const plane =
    '{type: regional, nx: 20, ny: 10, dx: 5000, dy: 5000, lonlat(centre): [9, 55], projection: {type: lambert_conformal_conic, latitude1: 50, longitude0: 0}}';
  t.match(await json(plane), { type: 'lambert', points: 200, rows: 10, columns: 20 });
  const text = await output(['grid', plane]);
  t.match(text, /projection +lambert_conformal_conic: .*latitude1 50/);
  t.match(text, /plane +20 x 10 points, 5000 by 5000 m apart/);
  const noPoints = await dte(['grid', 'eORCA1_T', '--points', at('none.npy')]);
  t.equal(noPoints.code, 7);
  t.match(noPoints.stderr, /'eORCA1_T' states no coordinates; give a file/);
});

t.test('points come from npy, npz and GRIB files', async (t) => {
  const [lat, lon] = [Float64Array.of(10, 20, 30), Float64Array.of(350, 0, 10)];
  writeFileSync(at('lat.npy'), writeNpy(lat));
  writeFileSync(at('lon.npy'), writeNpy(lon));
  writeFileSync(at('pairs.npy'), writeNpy(Float64Array.of(10, 350, 20, 0, 30, 10), [3, 2]));
  writeFileSync(at('pairs.npz'), zipSync({ 'latitudes.npy': writeNpy(lat), 'longitudes.npy': writeNpy(lon) }, { level: 0 }));
  const hashes = new Set<unknown>();
  for (const keys of [
    `latitudes: ${at('lat.npy')}, longitudes: ${at('lon.npy')}`,
    `coordinates: ${at('pairs.npy')}`,
    `coordinates: ${at('pairs.npz')}`,
  ]) {
    const grid = JSON.parse(await output(['grid', `{type: unstructured, ${keys}}`, '--json'])) as Record<string, unknown>;
    t.match(grid, { type: 'unstructured', points: 3, area: { north: 30, west: -10, south: 10, east: 10 } });
    hashes.add(grid.hash);
  }
  t.equal(hashes.size, 1);
  const wrong: readonly (readonly [string, number, RegExp])[] = [
    [`coordinates: ${at('lat.npy')}`, 5, /shape 3 where coordinates.*points x 2.*/s],
    [`latitudes: ${at('pairs.npy')}, longitudes: ${at('lon.npy')}`, 5, /shape 3 x 2/],
    [`coordinates: ${at('pairs.npz')}, latitudes: ${at('lat.npy')}`, 2, /both coordinates and latitudes/],
  ];
  writeFileSync(at('other.npz'), zipSync({ 'x.npy': writeNpy(lat) }, { level: 0 }));
  for (const [keys, code, message] of [...wrong, [`coordinates: ${at('other.npz')}`, 5, /arrays x.npy.*latitudes/s] as const]) {
    const ended = await dte(['grid', `{type: unstructured, ${keys}}`]);
    t.equal(ended.code, code, keys);
    t.match(ended.stderr, message);
  }
});

t.test('an ICON field is drawn where its coordinates say', { skip: noShared }, async (t) => {
  const clat = join(sharedGrib, 'ICON.shortName-CLAT.grib2');
  const none = await dte(['plot', clat, '-o', at('none.png')]);
  t.equal(none.code, 7);
  t.match(none.stderr, /states no coordinates/);
  const lon = Float64Array.from({ length: 20480 }, (_, point) => (point * 137.50776405) % 360);
  writeFileSync(at('icon-lon.npy'), writeNpy(lon));
  const spec = `{grid: icon-test, latitudes: ${clat}, longitudes: ${at('icon-lon.npy')}}`;
  t.match(JSON.parse(await output(['grid', spec, '--json', '--points', at('icon.npy')])), { type: 'unstructured', points: 20480 });
  t.equal((await dte(['plot', clat, '--coordinates', at('icon.npy'), '-o', at('icon.png'), '--width', '300'])).code, 0);
  const tooFew = await dte(['plot', clat, '--coordinates', at('pairs.npy'), '-o', at('few.png')]);
  t.equal(tooFew.code, 2);
  t.match(tooFew.stderr, /3 latitudes and 3 longitudes were given for 20480 points/);
  const noField = await dte(['plot', clat, '--coordinates', clat, '-o', at('field.png')]);
  t.equal(noField.code, 4);
  t.match(noField.stderr, /no field of longitudes/);
});
