/** Octets [start, end) of a value. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks for of a value of so many octets: undefined for the whole value (no header, several ranges, another
 * unit or form: a server may answer all of these with everything), 'unsatisfiable' when nothing of it is there. Source: RFC 9110, 14.
 */
export function parseByteRange(header: string | undefined, sizeBytes: number): Bounds | 'unsatisfiable' | undefined {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    if (last === '') return undefined;
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}
