// Decoding against ecCodes: every shared message in a covered packing. f64 is exact, f32 within one unit in the last place.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { DteError } from '../../src/base/index.js';
import { packingType } from '../../src/grib/index.js';
import { decoded } from '../support/decoded.js';
import { checkFile, closeEngines, covered, openEngines } from './against-eccodes.js';
import { noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

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
  let refused = 0;
  for (const name of ['nam.t00z.awp21100.tm00.grib2', 'packingType-grid_complex.grib2', 'packingType-grid_second_order.grib2']) {
    for (const message of await readMessages(join(sharedGrib, name))) {
      if (covered(packingType(message))) continue;
      const error = await decoded(engines.exact, [message]).then(
        () => undefined,
        (thrown: DteError) => thrown,
      );
      if (error?.code === 'unsupported.template' && error.message.includes(packingType(message)) && error.where.message !== undefined)
        refused++;
      else t.fail(`${name}: ${error}`);
    }
  }
  t.ok(refused > 150, `${refused} fields`);
});
