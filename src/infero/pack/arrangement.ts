import { DteError } from '../../base/index.js';
import type { Grid } from '../../atlas/index.js';
import { nowhere } from './to-tensor.js';

/** `nchw` [batch, channels, rows, columns], `nhwc` [batch, rows, columns, channels], `points` [batch x points, channels]. */
export type TensorOrder = 'nchw' | 'nhwc' | 'points';

/** What stands beyond the first and the last row of a grid: the fill value, the edge row again, or the far side of the pole. */
export type BeyondPoles = 'fill' | 'repeat' | 'across';

/** Rows and columns that are added on every side. Columns go on around the globe where the grid does; else they hold the fill value. */
export interface Halo {
  readonly rows: number;
  readonly columns: number;
  /** Default: `fill`. */
  readonly poles?: BeyondPoles;
}

/** How the points of a grid lie in a tensor. */
export interface Arrangement {
  readonly order: TensorOrder;
  /** Points of the tensor, halo included. */
  readonly points: number;
  /** Undefined for `points`. */
  readonly rows: number | undefined;
  readonly columns: number | undefined;
  /** Point of the tensor -> point of the grid, or `nowhere`; undefined where the two agree. */
  readonly gridPoints: Uint32Array | undefined;
  /** Point of the grid -> point of the tensor; undefined where the two agree. */
  readonly tensorPoints: Uint32Array | undefined;
}

/** Elements between neighbours along each index of a tensor. */
export interface Strides {
  readonly batch: number;
  readonly channel: number;
  readonly point: number;
}

const noHalo: Halo = { rows: 0, columns: 0 };

/** `input.option` for a halo that does not fit; `unsupported.grid` where rows are asked for and the grid is not a rectangle of points. */
export function arrange(grid: Grid, order: TensorOrder, halo: Halo = noHalo): Arrangement {
  if (!['nchw', 'nhwc', 'points'].includes(order)) {
    throw new DteError('input.option', `order '${order}' is not a tensor order: nchw, nhwc, points`, { where: { option: 'order' } });
  }
  const isBare = halo.rows === 0 && halo.columns === 0;
  if (order === 'points') {
    if (!isBare) refuseHalo(`a halo of ${halo.rows} x ${halo.columns} asks for rows and columns, which order 'points' has not`);
    return { order, points: grid.points, rows: undefined, columns: undefined, gridPoints: undefined, tensorPoints: undefined };
  }
  const rectangle = rectangleOf(grid);
  const { rows, columns } = rectangle;
  if (isBare) return { order, points: grid.points, rows, columns, gridPoints: undefined, tensorPoints: undefined };
  checkHalo(grid, halo, rows, columns);
  const wide = columns + 2 * halo.columns;
  const high = rows + 2 * halo.rows;
  const gridPoints = Uint32Array.from({ length: wide * high }, (_, at) =>
    gridPointAt(grid, rectangle, halo, Math.floor(at / wide) - halo.rows, (at % wide) - halo.columns),
  );
  const tensorPoints = Uint32Array.from(
    { length: grid.points },
    (_, point) => (Math.floor(point / columns) + halo.rows) * wide + (point % columns) + halo.columns,
  );
  return { order, points: wide * high, rows: high, columns: wide, gridPoints, tensorPoints };
}

export function stridesOf({ order }: Arrangement, channels: number, points: number): Strides {
  const batch = channels * points;
  return order === 'nchw' ? { batch, channel: points, point: 1 } : { batch, channel: 1, point: channels };
}

export function shapeOf(arrangement: Arrangement, channels: number, batch: number, points: number): readonly number[] {
  const { order, rows, columns } = arrangement;
  if (order === 'points') return [batch * points, channels];
  return order === 'nchw' ? [batch, channels, rows as number, columns as number] : [batch, rows as number, columns as number, channels];
}

export interface Rectangle {
  readonly rows: number;
  readonly columns: number;
  /** True where the last column is followed by the first. */
  readonly periodic: boolean;
}

/** Rows and columns of a grid whose rows are all of one length. */
export function rectangleOf(grid: Grid): Rectangle {
  const { projected } = grid;
  if (projected !== undefined) return { rows: projected.rows, columns: projected.columns, periodic: false };
  const counts = (grid.rows ?? grid.rotated?.rows)?.counts;
  const columns = counts?.[0];
  if (counts === undefined || columns === undefined || counts.some((count) => count !== columns)) {
    throw new DteError('unsupported.grid', `points of grid ${grid.name ?? grid.type} do not lie in rows and columns of one length`, {
      hint: "regrid to a regular grid first, or use order 'points'",
    });
  }
  return { rows: counts.length, columns, periodic: (grid.rows ?? grid.rotated?.rows)?.periodic === true };
}

function checkHalo(grid: Grid, halo: Halo, rows: number, columns: number): void {
  for (const [name, extent, most] of [
    ['rows', halo.rows, rows - 1],
    ['columns', halo.columns, columns],
  ] as const) {
    if (!Number.isInteger(extent) || extent < 0 || extent > most) refuseHalo(`halo.${name} is ${extent}; accepted are 0 to ${most}`);
  }
  if (!['fill', 'repeat', 'across', undefined].includes(halo.poles)) {
    refuseHalo(`halo.poles is '${halo.poles}'; accepted are fill, repeat, across`);
  }
  if (halo.poles !== 'across') return;
  const lats = grid.rows?.lats;
  if (lats === undefined || !grid.rows?.periodic || columns % 2 === 1 || !isGlobal(lats)) {
    refuseHalo(`halo.poles 'across' needs an even number of columns around the globe and rows from pole to pole`);
  }
}

/** Whether the pole lies on the first and last row or next to them: Gaussian rows end 0.77 of a step from it, others half a step. */
function isGlobal(lats: Float64Array): boolean {
  const last = lats.length - 1;
  const step = Math.abs((lats[0] as number) - (lats[Math.min(1, last)] as number));
  return 90 - (lats[0] as number) < 0.8 * step && 90 + (lats[last] as number) < 0.8 * step;
}

function gridPointAt(grid: Grid, { rows, columns, periodic }: Rectangle, halo: Halo, row: number, column: number): number {
  let wantedRow = row;
  let wantedColumn = column;
  if (row < 0 || row >= rows) {
    if (halo.poles === 'repeat') wantedRow = row < 0 ? 0 : rows - 1;
    else if (halo.poles === 'across') {
      wantedRow = rowAcross(grid.rows?.lats as Float64Array, row);
      wantedColumn += columns / 2;
    } else return nowhere;
  }
  if (wantedColumn < 0 || wantedColumn >= columns) {
    if (!periodic) return nowhere;
    wantedColumn = (wantedColumn + columns) % columns;
  }
  return wantedRow * columns + wantedColumn;
}

const sameDegree = 1e-9;

/** Rows are mirrored at the pole: at the row that lies on it, or between two rows. */
function rowAcross(lats: Float64Array, row: number): number {
  const last = lats.length - 1;
  const first = Math.abs(90 - (lats[0] as number)) < sameDegree ? 0 : 1;
  const final = Math.abs(90 + (lats[last] as number)) < sameDegree ? 0 : 1;
  return row < 0 ? -row - first : 2 * last - row + final;
}

function refuseHalo(reason: string): never {
  throw new DteError('input.option', reason, { where: { option: 'halo' } });
}
