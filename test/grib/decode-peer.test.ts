// Decoding against ecCodes: every shared message in a covered packing. f64 is exact, f32 within one unit in the last place.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { DteError } from '../../src/base/index.js';
import { type Message, parseMessage } from '../../src/grib/index.js';
import { decoded } from '../support/decoded.js';
import { checkFile, closeEngines, openEngines } from './against-eccodes.js';
import { loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const engines = await openEngines();
t.teardown(() => closeEngines(engines));

t.test('every shared message in simple or CCSDS packing decodes to what ecCodes gives', { skip: noShared || noEccodes }, async (t) => {
  if (typeof engines.gpu === 'string') t.comment(engines.gpu);
  let fields = 0;
  for (const name of readdirSync(sharedGrib).sort()) {
    if (name.includes('corrupted')) continue;
    fields += await checkFile(t, join(sharedGrib, name), name, engines);
  }
  t.comment(`${fields} fields compared`);
  t.ok(fields > 300);
});

t.test('other packings are refused with their name and what can be decoded', { skip: noShared }, async (t) => {
  const tables = await loadTables();
  const [message] = (await readMessages(join(sharedGrib, 'regular_gg_ml_g2.grib'))) as [Message];
  for (const [template, name] of [
    [40, 'grid_jpeg'],
    [41, 'grid_png'],
    [61, 'grid_simple_log_preprocessing'],
    [200, 'grid_run_length'],
    [50, 'spectral_simple'],
    [999, 'unknown'],
  ] as const) {
    const bytes = message.bytes.slice();
    new DataView(bytes.buffer).setUint16((message.sections[5] as { start: number }).start + 9, template);
    const error = await decoded(engines.exact, parseMessage(bytes, tables, { message: 1 })).then(
      () => undefined,
      (thrown: DteError) => thrown,
    );
    t.equal(error?.code, 'unsupported.template', name);
    t.match(error?.message, name);
    t.equal(error?.where.message, 1);
  }
});
