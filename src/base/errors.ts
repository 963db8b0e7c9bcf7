/** Where a failure was met. Every field is optional; `DteError` prints those that are set, in this order. */
export interface Where {
  readonly file?: string;
  /** Message number in its file, from 1. */
  readonly message?: number;
  /** Byte offset in the file. */
  readonly offset?: number;
  readonly section?: number;
  readonly line?: number;
  readonly kernel?: string;
  readonly option?: string;
}

/**
 * The table of codes: code -> when it is raised. A code's family (the part before the dot) fixes exit code and HTTP status.
 * Adding a code is a minor change, renaming one a major change.
 */
export const ERROR_CODES = {
  'input.option': 'a command-line option or an option of a call is unknown or has a value outside its range',
  'input.state': 'an object was used before it was ready, twice, or after it was closed',
  'input.syntax': 'a text (gridspec, configuration, request) cannot be parsed',
  'input.grid': 'a grid name or gridspec is not known or contradicts itself',
  'input.area': 'an area is malformed or lies outside the grid',
  'input.field': 'a field does not fit the operation (wrong grid, wrong number of points)',
  'input.keyword': 'a keyword of a request, schema or metadata is unknown, missing or given twice',
  'input.tensor': 'a tensor has a name, shape, element type or layout that its model does not take',
  'input.value': 'a keyword has a value that it does not accept',
  'input.config': 'a configuration has an unknown key or a value that is not accepted',
  'input.plugin': 'a plugin, its manifest or its code does not fit the contract',
  'input.metadata': 'no rule of the schema takes a message as it is described',
  'auth.access': 'the file system refuses access, or is read-only',
  'auth.locked': 'a database is locked for the operation',
  'absent.file': 'a file does not exist',
  'absent.field': 'a message or field that was asked for does not exist',
  'absent.database': 'a request matches no database',
  'absent.key': 'a GRIB key that was asked for does not exist in the message',
  'absent.device': 'no adapter fits the requested device',
  'absent.module': 'an optional peer package is not installed',
  'data.truncated': 'a message or file ends before its stated length',
  'data.section': 'a section of a message has an impossible size or number',
  'data.message': 'bytes between or inside messages are not a valid message',
  'data.codec': 'packed data cannot be decoded',
  'data.checksum': 'a checksum does not match',
  'data.toc': 'a table of contents of a database is damaged',
  'data.torn': 'a table of contents ends in a record that was never finished: what is before it holds',
  'data.index': 'an index of a database is damaged',
  'data.model': 'a machine-learning model is damaged or cannot be built by its engine',
  'data.format': 'a file of another format (matrix, cache entry, npy) is damaged',
  'limit.deadline': 'work took longer than it may',
  'limit.memory': 'the memory budget or the device memory is exhausted',
  'limit.binding': 'an array is larger than the device can bind and cannot be split',
  'limit.space': 'a disk or a quota is full',
  'limit.range': 'a value cannot be represented (overflow, not finite)',
  'limit.tolerance': 'a result is further from its reference than it may be',
  'unsupported.template': 'a GRIB template, packing or table that is valid but not implemented',
  'unsupported.grid': 'a grid type that is valid but not implemented for the operation',
  'unsupported.method': 'an interpolation method that is valid but not implemented',
  'unsupported.edition': 'a GRIB edition other than 1 and 2',
  'unsupported.engine': 'a kind of store, catalogue or inference engine that is valid but not implemented',
  'fault.internal': 'a promise inside the program was broken',
  'fault.kernel': 'a kernel does not compile, validate or run on the device',
  'fault.device': 'the device was lost or computes wrongly',
  'fault.plugin': 'a plugin threw, ended its process or broke its contract while it ran',
  'fault.write': 'a file or stream could not be written',
  'fault.read': 'a file or stream could not be read',
  'fault.cancelled': 'the call was cancelled by its signal',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

const EXIT_BY_FAMILY: Readonly<Record<string, number>> = { input: 2, auth: 3, absent: 4, data: 5, limit: 6, unsupported: 7, fault: 70 };

export interface ErrorDetails {
  readonly where?: Where;
  /** What would be accepted, or what to do next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class. `message` already holds place and hint, so printing it alone is enough. */
export class DteError extends Error {
  readonly code: ErrorCode;
  readonly where: Where;
  readonly hint: string | undefined;
  /** The message without place and hint. */
  readonly reason: string;

  constructor(code: ErrorCode, reason: string, details: ErrorDetails = {}) {
    const where = details.where ?? {};
    super(formatMessage(reason, where, details.hint), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DteError';
    this.code = code;
    this.where = where;
    this.hint = details.hint;
    this.reason = reason;
  }
}

/** The same error with more of its place known. Places already set are kept. */
export function atPlace(error: unknown, where: Where): unknown {
  if (!(error instanceof DteError)) return error;
  // A message of one file is no place in another (a schema, a mask): it is told beside the fault.
  const isElsewhere = error.where.file !== undefined && where.file !== undefined && error.where.file !== where.file;
  const isTold = !isElsewhere || error.reason.includes(metWith);
  return new DteError(error.code, isTold ? error.reason : `${error.reason}${metWith}${placesOf(where).join(', ')}`, {
    where: isElsewhere ? error.where : { ...where, ...error.where },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
}

const metWith = ', met with ';

/** True for a `DteError`; with codes, only for one of these. */
export function isDteError(error: unknown, ...codes: readonly ErrorCode[]): error is DteError {
  return error instanceof DteError && (codes.length === 0 || codes.includes(error.code));
}

/** Process exit code for any thrown value: the family's code, or 70 for a foreign error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof DteError)) return 70;
  return EXIT_BY_FAMILY[error.code.split('.')[0] as string] ?? 70;
}

/** A broken promise inside the program; never used to check a caller's input. */
export function assert(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new DteError('fault.internal', `broken promise: ${promise}`);
}

/** The candidate closest to `word` by edit distance, when it is close enough to be meant; else the first that `word` begins. */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  // A word of which every letter is another was not meant.
  let bestDistance = Math.min(word.length, Math.max(2, Math.ceil(word.length / 3)) + 1);
  let begun: string | undefined;
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const distance = editDistance(wanted, lower);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
    if (wanted.length >= leastBeginning && lower.startsWith(wanted)) begun ??= candidate;
  }
  return best ?? begun;
}

/** Fewer letters begin too many words. */
const leastBeginning = 3;

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}

function formatMessage(reason: string, where: Where, hint: string | undefined): string {
  const places = placesOf(where);
  const place = places.length > 0 ? ` (${places.join(', ')})` : '';
  return `${reason}${place}${hint === undefined ? '' : `; ${hint}`}`;
}

function placesOf(where: Where): readonly string[] {
  const places: string[] = [];
  if (where.file !== undefined) places.push(where.file);
  if (where.message !== undefined) places.push(`message ${where.message}`);
  if (where.offset !== undefined) places.push(`byte ${where.offset}`);
  if (where.section !== undefined) places.push(`section ${where.section}`);
  if (where.kernel !== undefined) places.push(`kernel ${where.kernel}`);
  if (where.line !== undefined) places.push(`line ${where.line}`);
  if (where.option !== undefined) places.push(`option ${where.option}`);
  return places;
}
