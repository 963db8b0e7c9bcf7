// Between decoding and encoding no values cross to the host: only packed integers, small tables, ranges and bitmaps do.
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Field, gridFromSpec, releaseField } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { encode, gridOf, type Message, prepareDecode } from '../../src/grib/index.js';
import { prepareRegrid } from '../../src/regrid/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { noShared, readMessages, sharedGrib } from './peer.js';

const lanes = 16;
const bits = 16;

async function checkTraffic(t: Test, engine: Engine): Promise<void> {
  const messages = (await readMessages(join(sharedGrib, 'era5-levels-members.grib'))).slice(0, lanes);
  const source = gridOf(messages[0] as Message);
  const target = gridFromSpec('2/2');
  const regridder = await prepareRegrid(engine, source, target);
  const before = engine.traffic;
  const prepared = await prepareDecode(engine, messages, source);
  const field: Field<Message> = await engine.run((pass) => regridder.apply(pass, prepared.decode(pass)));
  const decoded = engine.traffic;
  const written = await encode(engine, field, { bits, packing: 'simple' });
  const after = engine.traffic;
  t.equal(written.length, lanes);

  // Tables of a tile: five integers and four reals a lane, and one unused word for bitmap and ranks each a tile.
  const tables = (5 + 4) * 8 * lanes + 8 * lanes;
  const packedIn = lanes * 4 * (Math.ceil((source.points * bits) / 32) + 1);
  t.equal(decoded.reads, before.reads, 'decoding and regridding read nothing');
  const uploaded = decoded.uploadBytes - before.uploadBytes;
  t.ok(uploaded <= packedIn + tables, `${uploaded} octets went to the device, ${packedIn} of them packed integers`);
  t.ok(uploaded < source.points * lanes * 4, 'fewer than the values have');

  const packedOut = lanes * 4 * Math.ceil(target.points / 32) * bits;
  const ranges = lanes * 4 * 8;
  const read = after.readBytes - decoded.readBytes;
  t.ok(read <= packedOut + ranges, `${read} octets came back, ${packedOut} of them packed integers`);
  t.ok(read >= lanes * Math.ceil((target.points * bits) / 8), 'the packed integers did come back');
  t.ok(read < target.points * lanes * 4, 'fewer than the values have');
  // Ranges: minimum, maximum, missing, not finite. Then the packed integers.
  t.equal(after.reads - decoded.reads, 5 * field.tiles.length);
  t.ok(after.uploadBytes - decoded.uploadBytes <= 8 * 8 * lanes, 'encoding uploads only its tables');
  releaseField(field);
  regridder.release();
  const left = engine.memory;
  t.equal(left.inUseBytes, 0, 'all device memory is given back');
}

const gpu = await gpuEngine();

t.test('an adapter gets packed integers and gives packed integers', { skip: noShared || (typeof gpu === 'string' && gpu) }, async (t) => {
  if (typeof gpu === 'string') return;
  await checkTraffic(t, gpu);
  await gpu.close();
});

t.test('the CPU executor copies no values either', { skip: noShared }, async (t) => {
  for (const precision of ['f32', 'f64'] as const) {
    const engine = await cpuEngine({ precision, threads: 2 });
    await checkTraffic(t, engine);
    await engine.close();
  }
});
