// Damaged messages, made by flipping and cutting octets of real ones: values or a DteError come out, never another exception.
import { join } from 'node:path';
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { encode, find, gridOf, keysOf, type Message, prepareDecode } from '../../src/grib/index.js';
import { releaseField } from '../../src/atlas/index.js';
import { cpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { noShared, readBytes, readMessages, sharedGrib } from './peer.js';

const isLong = process.env['DTE_LONG'] === '1';
const rounds = isLong ? 20_000 : 300;
if (isLong) t.setTimeout(3_600_000);
const files = [
  'packingType-grid_ccsds.grib2',
  'gridType-reduced_gg_gridName-O8_shortName-q.grib2',
  'step_60m.grib',
  'rotated_ll.3-3.grib1',
  'packingType-grid_simple.grib1',
  'fields_with_missing_values.grib',
  'reduced_gg.grib',
  'scanning_mode_64.grib',
  'gridName-N256.grib2',
  'spherical_harmonics.grib',
  'packingType-grid_second_order.grib2',
  'packingType-grid_complex.grib2',
  'nam.t00z.awp21100.tm00.grib2',
  'packingType-spectral_simple.grib1',
  'packingType-spectral_complex_param-vo_d.grib2',
  'gridType-healpix_Nside-4_orderingConvention-ring.grib2',
  'gridType-polar_stereographic.grib2',
] as const;
// A flipped bit may ask for billions of points; a field of that size is refused for want of memory, and that is what is tested.
const memoryMiB = 64;

t.test('damaged messages give values or a DteError', { skip: noShared, timeout: 3_600_000 }, async (t) => {
  const engine = await cpuEngine({ precision: 'f64', threads: 1, memoryMiB });
  t.teardown(() => engine.close());
  const outcomes = new Map<string, number>();
  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (const [index, file] of files.entries()) {
    const [first] = (await readMessages(join(sharedGrib, file))) as [Message];
    const random = seeded(index + 1);
    for (let round = 0; round < rounds; round++) {
      const { bytes, what } = damaged(first, random);
      try {
        for (const message of await readBytes(bytes)) {
          const failed = await useOf(message);
          count(failed ?? 'values');
        }
      } catch (error) {
        // The file is at fault, not the program and not what was asked for.
        if (isDteError(error) && /^(data|unsupported|limit)\./.test(error.code)) count(error.code);
        else t.fail(`${file}, round ${round}, ${what}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  }
  t.comment(JSON.stringify(Object.fromEntries(outcomes)));
  t.ok((outcomes.get('values') ?? 0) > rounds, 'some damage leaves a message readable');
  t.ok((outcomes.get('data.section') ?? 0) > rounds / 2, 'some is met in the headers');
  t.ok((outcomes.get('data.codec') ?? 0) > 0, 'some is met in the data');
  t.equal(engine.memory.inUseBytes, 0, 'failures leave no device memory behind');

  /** Lists, decodes and encodes a message: the code of the error that stops it. */
  async function useOf(message: Message): Promise<string | undefined> {
    for (const namespace of ['ls', 'mars', 'geography'] as const) keysOf(message, namespace);
    find(message, 'shortName');
    const grid = gridOf(message);
    if (grid.points > 4e6) return 'too many points';
    const prepared = await prepareDecode(engine, [message], grid);
    const field = await engine.run((pass) => prepared.decode(pass));
    try {
      await encode(engine, field);
    } catch (error) {
      // Damaged scale factors make values that no message can hold, and damaged headers templates that cannot be written.
      if (!isDteError(error, 'limit.range', 'unsupported.grid', 'data.section', 'limit.memory', 'data.message')) throw error;
      return `encode ${error.code}`;
    } finally {
      releaseField(field);
    }
    return undefined;
  }
});

function damaged(message: Message, random: () => number): { readonly bytes: Uint8Array; readonly what: string } {
  const bytes = message.bytes.slice();
  const below = (limit: number): number => Math.floor(random() * limit);
  if (random() < 0.15) {
    const length = below(bytes.length);
    return { bytes: bytes.slice(0, length), what: `cut to ${length} octets` };
  }
  const places: number[] = [];
  // Headers are short and the data long: half of the damage is aimed at the first octets of a section.
  for (let flips = 1 + below(4); flips > 0; flips--) {
    const sections = message.sections.filter((section) => section !== undefined);
    const section = sections[below(sections.length)]!;
    const place = random() < 0.5 ? section.start + below(Math.min(section.length, 80)) : below(bytes.length);
    bytes[place] = random() < 0.5 ? (bytes[place] as number) ^ (1 << below(8)) : below(256);
    places.push(place);
  }
  return { bytes, what: `octets ${places.map((place) => `${place}=${bytes[place]}`).join(', ')}` };
}
