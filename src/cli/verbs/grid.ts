import type { Grid } from '../../atlas/index.js';
import { writeNpy, writeWhole } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { countText, factsText } from '../terminal/text.js';
import { namedGrid } from './named-grid.js';
import { refuseTerminal } from './output.js';

export interface GridOptions {
  readonly json?: true;
  readonly points?: string;
}

/** Degrees between neighbours: along the row nearest to the equator, and between the rows there. */
interface Spacing {
  readonly lon: number;
  readonly lat: number;
}

const kilometresPerDegree = 111.195;

export async function grid(terminal: Terminal, text: string, options: GridOptions): Promise<void> {
  if (options.points !== undefined) refuseTerminal(options.points);
  const found = await namedGrid(terminal, text);
  if (options.points !== undefined) await writeWhole(terminal.context.fs, options.points, pointsNpy(found));
  if (options.points === '-') return;
  const spacing = spacingOf(found);
  if (options.json === true) {
    const { type, name, points, area, gaussianNumber, truncation, healpix, hash, spec } = found;
    await terminal.print(
      `${JSON.stringify({ type, name, points, area, spacing, rows: rowsOf(found)?.lats.length ?? found.projected?.rows, columns: found.projected?.columns, gaussianNumber, truncation, healpix, hash, spec }, null, 2)}\n`,
    );
  } else await terminal.print(factsText(factsOf(found, spacing)));
}

function factsOf(grid: Grid, spacing: Spacing | undefined): readonly (readonly [string, string])[] {
  const { area } = grid;
  const rows = rowsOf(grid);
  const counts = rows === undefined ? [] : Array.from(rows.counts);
  const facts: [string, string][] = [];
  if (grid.name !== undefined) facts.push(['name', grid.name]);
  facts.push(['type', grid.type], ['points', countText(grid.points)]);
  if (rows !== undefined) {
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    facts.push(['rows', `${rows.lats.length}, of ${fewest === most ? most : `${fewest} to ${most}`} points`]);
  }
  facts.push(...frameFacts(grid));
  if (grid.truncation !== undefined) facts.push(['truncation', `T${grid.truncation}`]);
  if (area !== undefined) facts.push(['area', `north ${area.north}, west ${area.west}, south ${area.south}, east ${area.east}`]);
  if (spacing !== undefined) {
    facts.push([
      'spacing',
      `${degreesText(spacing.lon)} by ${degreesText(spacing.lat)} degrees (lon, lat), about ${(spacing.lat * kilometresPerDegree).toPrecision(3)} km`,
    ]);
  }
  facts.push(['hash', grid.hash], ['gridspec', specText(grid)]);
  return facts;
}

/** What lies behind the points: a rotated frame, the plane of a projection, the order of HEALPix. */
function frameFacts({ rotated, projected, healpix, spec }: Grid): readonly [string, string][] {
  const facts: [string, string][] = [];
  if (rotated !== undefined) facts.push(['south pole', `at latitude ${rotated.southPoleLat}, longitude ${rotated.southPoleLon}`]);
  if (projected !== undefined) {
    const { type, ...parameters } = projected.projection.spec;
    const list = Object.entries(parameters).map(([key, value]) => `${key} ${value}`);
    facts.push(
      ['projection', `${type}: ${list.join(', ')}`],
      ['plane', `${projected.columns} x ${projected.rows} points, ${projected.dx} by ${-projected.dy} m apart`],
    );
  }
  if (healpix !== undefined) facts.push(['nside', `${healpix.nside}, ${healpix.order} order`]);
  else if (spec.order !== undefined) facts.push(['order', String(spec.order)]);
  return facts;
}

/** A list of points per row is too long to read; JSON has it whole. */
function specText({ spec }: Grid): string {
  const text = JSON.stringify(spec);
  return text.length <= 160 ? text : `${text.slice(0, 140)}... (--json shows all)`;
}

function spacingOf(grid: Grid): Spacing | undefined {
  const rows = rowsOf(grid);
  if (rows === undefined || rows.lats.length < 2) return undefined;
  let nearest = 0;
  for (let row = 1; row < rows.lats.length; row++)
    if (Math.abs(rows.lats[row] as number) < Math.abs(rows.lats[nearest] as number)) nearest = row;
  const next = nearest + 1 < rows.lats.length ? nearest + 1 : nearest - 1;
  return { lon: rows.lonStep[nearest] as number, lat: Math.abs((rows.lats[nearest] as number) - (rows.lats[next] as number)) };
}

function rowsOf(grid: Grid): Grid['rows'] {
  return grid.rows ?? grid.rotated?.rows;
}

function degreesText(degrees: number): string {
  return String(Number(degrees.toPrecision(8)));
}

/** `[points, 2]`: latitude, longitude. */
function pointsNpy(grid: Grid): Uint8Array {
  const { lat, lon } = grid.coordinates();
  const pairs = new Float64Array(2 * lat.length);
  for (let point = 0; point < lat.length; point++) {
    pairs[2 * point] = lat[point] as number;
    pairs[2 * point + 1] = lon[point] as number;
  }
  return writeNpy(pairs, [lat.length, 2]);
}
