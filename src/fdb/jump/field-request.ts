import type { IndexRanges } from '../../grib/index.js';
import type { Key, Location } from '../types.js';
import type { GridPoint, Point } from './field-points.js';

/** What is wanted of each field of a request: index ranges in file order, single indices in file order, or places on the sphere. */
export type Wanted = { readonly ranges: IndexRanges } | { readonly indices: ArrayLike<number> } | { readonly points: readonly Point[] };

/** A message and the key it was asked for by. */
export interface FoundField {
  readonly key: Key;
  readonly location: Location;
}

export type FieldRequest = Wanted & {
  readonly fields: readonly FoundField[];
  /** MD5 of the grid section that the indices were made for. Without it the fields of a request must have one grid, unless points are asked for. */
  readonly gridHash?: string;
};

export interface ExtractedField {
  readonly key: Key;
  readonly location: Location;
  /** Number of the request, from 0. */
  readonly request: number;
  /** One array for each range; one for all indices or points, in the order they were asked for. NaN where a point has no value. */
  readonly values: readonly Float64Array[];
  /** For each array of values which of them are present: bit i % 64 of word i / 64. */
  readonly masks: readonly BigUint64Array[];
  /** For a request of points: the grid points that were taken, in the order of the places. */
  readonly points?: readonly GridPoint[];
}

/** One field of one request. */
export interface Job extends FoundField {
  readonly request: FieldRequest;
  readonly number: number;
}

/** Fields, and values of them, that are under way at once in a window. */
const fieldsPerWindow = 256;
const valuesPerWindow = 1 << 24;

/** The fields of all requests in their order, some at a time, so that memory does not grow with the requests. */
export async function* windowsOf(requests: readonly FieldRequest[]): AsyncGenerator<readonly Job[]> {
  let window: Job[] = [];
  let values = 0;
  for (const [number, request] of requests.entries()) {
    const each = valuesOf(request);
    for (const field of request.fields) {
      if (window.length === fieldsPerWindow || (window.length > 0 && values + each > valuesPerWindow)) {
        yield window;
        window = [];
        values = 0;
      }
      window.push({ ...field, request, number });
      values += each;
    }
  }
  if (window.length > 0) yield window;
}

/** Values of one field. Ranges that make no sense are refused when they are read. */
function valuesOf(request: FieldRequest): number {
  if ('indices' in request) return request.indices.length;
  if ('points' in request) return request.points.length;
  return request.ranges.reduce((total, [start, end]) => total + Math.max(0, end - start), 0);
}
