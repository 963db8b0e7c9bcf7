// Regridding real fields against CDO, with weights that CDO stored: nearest neighbours are the same points but for ties.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Grid, layerOf, regularLatLon, releaseField } from '../../src/atlas/index.js';
import { gridOf, type Message, prepareDecode } from '../../src/grib/index.js';
import { prepareRegrid } from '../../src/regrid/index.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { cdo, noCdo } from '../support/cdo.js';
import type { Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { unitVectors } from './reference-matrices.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-cdo-'));
const engine = await cpuEngine({ precision: 'f64', threads: 2 });
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await engine.close();
});

/** A target beside the rows and columns of the sources, and CDO's description of it. */
const target = regularLatLon({ north: 85.7, west: 0.4, columns: 120, rows: 58, dlon: 3, dlat: 3 });
const description = 'gridtype=lonlat\nxsize=120\nysize=58\nxfirst=0.4\nxinc=3\nyfirst=85.7\nyinc=-3\n';

async function ours(message: Message, target: Grid): Promise<{ readonly source: Reals; readonly result: Reals }> {
  const regridder = await prepareRegrid(engine, gridOf(message), target, { method: 'nearest-neighbour' });
  const prepared = await prepareDecode(engine, [message], gridOf(message));
  const [field, result] = await engine.run((pass) => {
    const decoded = prepared.decode(pass);
    return [decoded, regridder.apply(pass, decoded)] as const;
  });
  const [before, after] = (await engine.read(field.tiles[0]!.values, result.tiles[0]!.values)) as [Reals, Reals];
  const layers = { source: layerOf(field, [before], 0), result: layerOf(result, [after], 0) };
  for (const one of [field, result]) releaseField(one);
  regridder.release();
  return layers;
}

t.test('nearest neighbours are those of CDO, or as near', { skip: noShared || noCdo }, async (t) => {
  const gridFile = join(folder, 'target.txt');
  writeFileSync(gridFile, description);
  for (const file of ['regular_gg_sfc.grib', 'regular_ll_msl.grib']) {
    const input = join(sharedGrib, file);
    const weights = join(folder, `${file}.nc`);
    cdo(`gennn,${gridFile}`, input, weights);
    const peer = cdo('-b', 'F64', 'outputf,%.17g,1', `-remap,${gridFile},${weights}`, input).trim().split(/\s+/).map(Number);
    const [message] = (await readMessages(input)) as [Message];
    const { source, result } = await ours(message, target);
    t.equal(peer.length, result.length, file);
    const [from, to] = [unitVectors(gridOf(message)), unitVectors(target)];
    const squared = (point: number, row: number): number =>
      (from.x[point]! - to.x[row]!) ** 2 + (from.y[point]! - to.y[row]!) ** 2 + (from.z[point]! - to.z[row]!) ** 2;
    let ties = 0;
    const wrong: string[] = [];
    for (let row = 0; row < result.length; row++) {
      const difference = Math.abs((peer[row] as number) - (result[row] as number));
      if (difference <= 1e-9 * Math.abs(result[row] as number)) continue;
      // Another value is right only where its point is as near as ours.
      let nearest = Number.POSITIVE_INFINITY;
      let nearestOfPeer = Number.POSITIVE_INFINITY;
      for (let point = 0; point < source.length; point++) {
        const distance = squared(point, row);
        nearest = Math.min(nearest, distance);
        if (Math.abs((source[point] as number) - (peer[row] as number)) <= 1e-9 * Math.abs(peer[row] as number))
          nearestOfPeer = Math.min(nearestOfPeer, distance);
      }
      if (nearestOfPeer <= nearest * (1 + 1e-6)) ties++;
      else wrong.push(`row ${row}: ${result[row]} against ${peer[row]}`);
    }
    t.same(wrong.slice(0, 5), [], `${file}: ${wrong.length} rows differ beyond ties`);
    t.ok(ties < result.length / 50, `${file}: ${ties} ties`);
  }
});
