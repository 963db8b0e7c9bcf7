import { DteError } from '../base/index.js';
import { emptyMask, type Mask, setBit } from './masks.js';

/** Points that a bitmap file keeps, row by row. */
export interface BitmapFile {
  readonly rows: number;
  readonly columns: number;
  readonly mask: Mask;
}

const form = 'SPEC, SIZE=rows:columns, VALUES=OFF or ON, POINTS=row:column/first-last/..., END';

/**
 * A bitmap in the form of ECMWF's dissemination: `SIZE=53:141, VALUES=OFF, POINTS= 1:53-101, 3:47-109/120, ...`, rows and columns
 * from 1. VALUES says what points are that no row names: OFF keeps the named ones, ON leaves them out. A row that is not listed is
 * like the listed one before it, rows above the first name no points, and 0 is no column. Case and white space do not count.
 * `input.syntax` for anything else.
 */
export function parseBitmapFile(text: string, file?: string): BitmapFile {
  const refuse = (reason: string): never => {
    throw new DteError('input.syntax', `not a bitmap: ${reason}`, {
      hint: `the form is ${form}`,
      ...(file === undefined ? {} : { where: { file } }),
    });
  };
  const packed = text.replace(/\s+/g, '').toLowerCase();
  const size = /(?:^|,)size=(\d+):(\d+)(?:,|$)/.exec(packed);
  const [rows, columns] = size === null ? refuse('it states no size') : [Number(size[1]), Number(size[2])];
  if (!(rows >= 1 && columns >= 1 && rows * columns <= 2 ** 31)) refuse(`a size of ${rows} rows and ${columns} columns`);
  const points = /(?:^|,)points=([^a-z]*)(?:end.*)?$/.exec(packed)?.[1] ?? refuse('it states no points');
  const state = /(?:^|,)values=([^,]*)/.exec(packed)?.[1] ?? 'off';
  if (state !== 'off' && state !== 'on') refuse(`values are '${state}'`);
  const named = new Map<number, readonly (readonly [number, number])[]>();
  for (const item of points.split(',').filter((part) => part !== '')) {
    const [, row, runs] = /^(\d+):(.+)$/.exec(item) ?? refuse(`'${item}' is not a row`);
    const number = Number(row);
    if (number < 1 || number > rows) refuse(`row ${number} of ${rows}`);
    named.set(
      number,
      (runs as string).split('/').map((run) => runOf(run, columns, number, refuse)),
    );
  }
  return { rows, columns, mask: maskOf(rows, columns, named, state === 'off') };
}

function runOf(run: string, columns: number, row: number, refuse: (reason: string) => never): readonly [number, number] {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(run) ?? refuse(`'${run}' in row ${row} is no run of columns`);
  const first = Number(from);
  const last = to === undefined ? first : Number(to);
  if (last > columns || last < first) refuse(`columns ${run} in row ${row} of ${columns} columns`);
  return [first, last];
}

function maskOf(
  rows: number,
  columns: number,
  named: ReadonlyMap<number, readonly (readonly [number, number])[]>,
  keepsNamed: boolean,
): Mask {
  const mask = emptyMask(rows * columns);
  let runs: readonly (readonly [number, number])[] = [];
  for (let row = 1; row <= rows; row++) {
    runs = named.get(row) ?? runs;
    for (let column = 1; column <= columns; column++) {
      const isNamed = runs.some(([first, last]) => column >= first && column <= last);
      if (isNamed === keepsNamed) setBit(mask, (row - 1) * columns + column - 1);
    }
  }
  return mask;
}
