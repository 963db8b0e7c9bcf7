import { sharedBuffer } from '../../base/index.js';
import { boundsOf, type IndexPicks, type IndexRanges } from '../../grib/index.js';
import type { GridPoint } from './field-points.js';
import type { ExtractedField, Job } from './field-request.js';

/** What a job reads: ranges, and how the values are handed out. */
export interface Reading {
  readonly bounds: Float64Array;
  readonly total: number;
  readonly picks: IndexPicks | undefined;
  /** Where places were asked for: the grid points that answer. */
  readonly points?: readonly GridPoint[];
}

export function readingFor(ranges: IndexRanges, points: number, picks: IndexPicks | undefined): Reading {
  const bounds = boundsOf(ranges, points);
  let total = 0;
  for (let range = 0; range < bounds.length; range += 2) total += (bounds[range + 1] as number) - (bounds[range] as number);
  const shared = new Float64Array(sharedBuffer(bounds.byteLength));
  shared.set(bounds);
  return { bounds: shared, total, picks };
}

/** The values of one field, as its request wants them. */
export function extracted(
  job: Job,
  { bounds, picks, points }: Reading,
  all: Float64Array,
  present: BigUint64Array | undefined,
): ExtractedField {
  const head = { key: job.key, location: job.location, request: job.number };
  if (picks !== undefined) {
    const { places } = picks;
    const mask = maskOf(places.length, present, (at) => places[at] as number);
    const values = [Float64Array.from(places, (place) => all[place] as number)];
    return { ...head, values, masks: [mask], ...(points === undefined ? {} : { points }) };
  }
  const values: Float64Array[] = [];
  const masks: BigUint64Array[] = [];
  for (let range = 0, start = 0; range < bounds.length; range += 2) {
    const length = (bounds[range + 1] as number) - (bounds[range] as number);
    const from = start;
    values.push(all.subarray(from, from + length));
    masks.push(maskOf(length, present, (at) => from + at));
    start += length;
  }
  return { ...head, values, masks };
}

/** The bits of values that `present` has at other places; all set without it. */
function maskOf(length: number, present: BigUint64Array | undefined, placeOf: (at: number) => number): BigUint64Array {
  const words = new BigUint64Array(Math.ceil(length / 64));
  const octets = new Uint8Array(words.buffer);
  if (present === undefined) {
    octets.fill(0xff, 0, length >> 3);
    if (length % 8 !== 0) octets[length >> 3] = (1 << (length % 8)) - 1;
    return words;
  }
  const from = new Uint8Array(present.buffer, present.byteOffset, present.byteLength);
  for (let at = 0; at < length; at++) {
    const place = placeOf(at);
    if (((from[place >> 3] as number) >> (place & 7)) & 1) octets[at >> 3] = (octets[at >> 3] as number) | (1 << (at & 7));
  }
  return words;
}
