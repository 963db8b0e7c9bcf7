import { DteError, readWhole, type Where } from '../../../base/index.js';
import type { Point } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';

/** What is read of each field. */
export type Wanted =
  | { readonly points: readonly Point[] }
  | { readonly indices: readonly number[] }
  | { readonly ranges: readonly (readonly [start: number, end: number])[] };

export interface WantedOptions {
  readonly points?: string;
  readonly indices?: string;
  readonly ranges?: string;
}

/** Exactly one of the three options. Errors: `input.option`, `absent.file`, and `input.syntax` for a file of points. */
export async function wantedOf(terminal: Terminal, { points, indices, ranges }: WantedOptions): Promise<Wanted> {
  const given = [points, indices, ranges].filter((text) => text !== undefined).length;
  if (given !== 1) {
    throw new DteError('input.option', given === 0 ? 'nothing says which values are wanted' : 'values are wanted in more than one way', {
      hint: 'one of --points, --indices and --ranges',
    });
  }
  if (indices !== undefined) return { indices: indices.split(',').map((text) => whole(text, '--indices', '1,5,9')) };
  if (ranges !== undefined) return { ranges: ranges.split(',').map(rangeOf) };
  return { points: await pointsAt(terminal, points as string) };
}

function rangeOf(text: string): readonly [number, number] {
  const parts = text.split('-');
  if (parts.length !== 2) throw malformed(text, '--ranges', '0-100,500-600; the end of a range is not in it');
  const [start, end] = parts.map((part) => whole(part, '--ranges', '0-100,500-600')) as [number, number];
  return [start, end];
}

function whole(text: string, option: string, form: string): number {
  const value = Number(text);
  if (/^\s*\d+\s*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw malformed(text, option, form);
}

function malformed(text: string, option: string, form: string): DteError {
  return new DteError('input.option', `'${text}' is not of the form ${form}`, { where: { option } });
}

/** `lat/lon,lat/lon`, or the name of a file of such points. */
async function pointsAt({ context: { fs } }: Terminal, text: string): Promise<readonly Point[]> {
  const option = '--points';
  if (text !== '-' && (await fs.info(text)) === undefined) {
    if (!text.includes('/') || /\.(csv|txt)$/i.test(text))
      throw new DteError('absent.file', `'${text}' does not exist`, {
        where: { option },
        hint: 'a file, or points such as 48.2/16.4,-33.9/151.2',
      });
    return text.split(',').map((part) => {
      const cells = part.split('/');
      if (cells.length !== 2) throw malformed(part, option, 'lat/lon, with commas between points');
      return pointOf(cells, { option });
    });
  }
  const points = pointsIn(new TextDecoder().decode(await readWhole(fs, text)), text);
  if (points.length === 0) throw new DteError('input.syntax', 'there is no point', { where: { file: text } });
  return points;
}

/** A point a line, latitude first, or in the columns that a first line of names says. Further columns are left alone. */
function pointsIn(text: string, file: string): readonly Point[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const points: Point[] = [];
  let columns: readonly number[] | undefined;
  for (const [number, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const cells = line.split(/[,;\t]/).map((cell) => cell.trim());
    const where = { file, line: number + 1 };
    if (columns === undefined) {
      const isNames = cells.some((cell) => /[a-df-z]/i.test(cell));
      columns = isNames ? columnsOf(cells, where) : [0, 1];
      if (isNames) continue;
    }
    points.push(
      pointOf(
        columns.map((column) => cells[column] ?? ''),
        where,
      ),
    );
  }
  return points;
}

function columnsOf(names: readonly string[], where: Where): readonly number[] {
  const columns = [/^lat(itude)?$/i, /^lon(g|gitude)?$/i].map((wanted) => names.findIndex((name) => wanted.test(name)));
  if (!columns.includes(-1)) return columns;
  throw new DteError('input.syntax', `columns ${names.join(', ')}`, {
    where,
    hint: 'lat (latitude) and lon (longitude) must be among them',
  });
}

function pointOf(cells: readonly string[], where: Where): Point {
  const [lat, lon] = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))) as [number, number];
  if (Number.isFinite(lon) && Math.abs(lat) <= 90) return { lat, lon };
  throw new DteError(where.file === undefined ? 'input.option' : 'input.syntax', `'${cells.join('/')}' is not a point`, {
    where,
    hint: 'degrees; latitudes from -90 to 90',
  });
}
