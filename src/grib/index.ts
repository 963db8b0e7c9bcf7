/**
 * GRIB editions 1 and 2: reading message files, header keys, grids, and writing messages.
 *
 * A file is a sequence of messages with anything between them. `messages` reads it once from front to back, in blocks, and gives
 * one `Message` for each field: the octets of the whole message, where its sections are, and keys that are read when they are asked
 * for. Nothing is decoded for a listing. Names of keys are those of ecCodes.
 *
 *   const tables = await gribTables(ctx);
 *   for await (const message of messages(await ctx.fs.open('in.grib'), { tables })) {
 *     rows.push([get(message, 'shortName'), get(message, 'level'), gridOf(message).points]);
 *   }
 *
 * Parts of a field: `jumpInfoOf` notes how its values are packed and where they lie, and `valuesAt` reads any ranges of them through a
 * function that gives octets. `withKeys` changes header keys in a copy, as `grib_set` does.
 *
 * Spectral fields are fields on a grid of type `sh`: (J + 1)(J + 2) real numbers, for m = 0..J, n = m..J the real and the imaginary
 * part, as messages have them. They are read and written in simple and complex packing. What is written takes its grid section from
 * the field: a gridded message is a template for spectral values, and the other way round.
 *
 * Layouts of sections, code tables, parameters and MARS rules are data (src/grib/tables), read once by `gribTables`. The parameter
 * table is kept as text and searched line by line, because parsing all of it would cost more than listing a small file.
 * Unknown templates keep their octets: such a message is listed and copied, and refused only where its values or coordinates are asked for.
 *
 * Reference: WMO Manual on Codes, No. 306, volume I.2; ecCodes (definitions/grib1, definitions/grib2).
 * Known differences from ecCodes:
 * - every field of a multi-field message is given, as message and field number; ecCodes gives the first unless told otherwise;
 * - steps that are not whole hours carry their unit (30m), as ecCodes does from 2.33 on; `stepUnits` is a word (h), not its code;
 * - levels keep their fraction (0.07 m; 2.28 cut it off), potential vorticity levels are in 1e-9 units (2.28: 1e-6);
 * - parameters follow ecCodes 2.47 (GRIB2 tables 36) with its WMO, ECMWF and DestinE sets; local parameters of other centres are unknown;
 * - local sections of other centres and the prefixes of TIGGE, CARRA and CERRA are kept, and have no keys;
 * - `withKeys` states a fraction of a level with as few decimals as it needs; time ranges keep their product template;
 * - `numberOfMissing` counts by the bitmap, also where packings have missing values of their own;
 * - powers of the Laplacian scaling are rounded correctly: coefficients of an n where the C library's `pow` is an ulp off (one n in a
 *   thousand) are an ulp off in ecCodes;
 * - spectral_complex data end with a whole octet also where widths are odd (ecCodes leaves the last bits out, and then cannot read
 *   them), and the number of floats TS follows the subset; in edition 1 more than 126 is refused as a subset;
 * - second-order packing of edition 1 is read in its general extended form only.
 */
export { type Batch, batchesOf, type BatchesOptions } from './batches.js';
export { buildMessage, type BuildOptions, type EncodedData } from './build-message.js';
export { dump, type DumpedKey, type DumpedSection, verticalCoordinates } from './dump.js';
export { bitmapOctets, packingType } from './data-keys.js';
export { decode, type PreparedDecode, prepareDecode } from './decode.js';
export { encode, type EncodedMessages, encodeInParts, type EncodeOptions, type Packing } from './encode.js';
export { gridOf, scanOrderOf } from './grid-of.js';
export { gridType, numberOfDataPoints, scanningMode } from './grid-keys.js';
export { find, get, isNamespace, keyNames, keysOf, type Namespace, NAMESPACES } from './keys.js';
export type { KeyValue } from './layout.js';
export { marsMetadata } from './mars-metadata.js';
export { type Message, parseMessage, type Section } from './message.js';
export { messages, type MessagesOptions } from './messages.js';
export { newMessage, type NewMessageKeys } from './new-message.js';
export type { StepInput, TimeRange } from './new-time-range.js';
export {
  boundsOf,
  gridHashOf,
  type IndexPicks,
  indexPicks,
  type IndexRanges,
  type JumpInfo,
  jumpInfoOf,
  type JumpStream,
  type RangePrecision,
  rangeSteps,
  type RangeValues,
  type ReadOctets,
  valuesAt,
} from './ranges/index.js';
export { type GribTables, gribTables } from './tables.js';
export { withKeys, withKeysInParts } from './with-keys.js';
export type { KeyInput } from './set/setter.js';
