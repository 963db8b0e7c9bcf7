import { type Context, DteError } from '../../base/index.js';
import { type DeviceArray, type Engine, missingValue } from '../../compute/index.js';
import type { FdbConfig } from '../config/index.js';
import { planRetrieve } from '../read/plan-retrieve.js';
import type { Shortfall } from '../read/shortfall.js';
import { combinedKey, type OnDamage, type Selection } from '../types.js';
import type { ExtractedField, FieldRequest, Wanted } from './field-request.js';
import { type Jumper, type JumperOptions, openJumper } from './jumper.js';

export type ExtractRequest = Wanted & {
  /** Names all mandatory keywords; any number of fields. */
  readonly selection: Selection;
  readonly gridHash?: string;
};

export interface ExtractOptions extends JumperOptions {
  /** One that is open already, which stays open; the other options are then its own. */
  readonly jumper?: Jumper;
  /** Told what of a request has no field. Without it that is an error, `absent.field`. */
  readonly onShortfall?: (request: number, shortfall: Shortfall) => void;
  /** Told of databases that are locked or damaged; without it the first is thrown. */
  readonly onDatabaseDamage?: OnDamage;
}

/**
 * Values of parts of fields, in the order of the requests, and in each in the order of its cells: at index ranges, single indices
 * (both count points in the order of the message), or at the grid points nearest to places. Only the octets that hold the values are
 * read. Errors: `absent.field`, `input.grid`, `input.option`, `input.area`, `unsupported.template`, and those of reading.
 */
export async function* extract(
  context: Context,
  config: FdbConfig,
  requests: readonly ExtractRequest[],
  options: ExtractOptions = {},
): AsyncGenerator<ExtractedField> {
  const { onShortfall, onDatabaseDamage } = options;
  const found: FieldRequest[] = [];
  for (const [number, request] of requests.entries()) {
    const plan = await planRetrieve(
      context,
      config,
      request.selection,
      onDatabaseDamage === undefined ? {} : { onDamage: onDatabaseDamage },
    );
    if (plan.shortfall.count > 0) {
      if (onShortfall === undefined) throw missing(number, plan.shortfall);
      onShortfall(number, plan.shortfall);
    }
    const { selection: _, ...wanted } = request;
    found.push({ ...wanted, fields: plan.entries.map((entry) => ({ key: combinedKey(entry), location: entry.location })) });
  }
  const jumper = options.jumper ?? openJumper(context, options);
  try {
    yield* jumper.extractFrom(found);
  } finally {
    if (options.jumper === undefined) await jumper.close();
  }
}

function missing(number: number, { count, asked, reasons }: Shortfall): DteError {
  return new DteError(
    'absent.field',
    `${count} of the ${asked} fields of request ${number + 1} are not there: ${reasons.map(({ text }) => text).join('; ')}`,
  );
}

/** Values of fields on a device: `[fields, values]`, the ranges of a field one after another, missing ones as `missingValue`. */
export interface ExtractedArray {
  readonly fields: number;
  readonly valuesPerField: number;
  /** The caller's to release. */
  readonly values: DeviceArray<'f32'>;
}

/** Brings what was read to the device in one upload. Errors: `input.field` when fields have different numbers of values. */
export async function uploadExtracted(engine: Engine, fields: readonly ExtractedField[]): Promise<ExtractedArray> {
  const counts = fields.map(({ values }) => values.reduce((total, range) => total + range.length, 0));
  const valuesPerField = counts[0] ?? 0;
  const other = counts.findIndex((count) => count !== valuesPerField);
  if (other >= 0) {
    throw new DteError('input.field', `field ${other + 1} has ${counts[other]} values, and the first has ${valuesPerField}`, {
      hint: 'upload fields of one request together',
    });
  }
  const all = new Float64Array(fields.length * valuesPerField);
  let at = 0;
  for (const { values } of fields) {
    for (const range of values) {
      all.set(range, at);
      at += range.length;
    }
  }
  for (let i = 0; i < all.length; i++) if (Number.isNaN(all[i])) all[i] = missingValue;
  return { fields: fields.length, valuesPerField, values: await engine.upload('f32', all) };
}
