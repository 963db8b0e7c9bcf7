import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Machine } from './machine.js';
import type { Spread } from './measure.js';

/** One figure with everything that is needed to read it. Times in ms, memory in MiB. */
export interface Row {
  readonly bench: string;
  readonly work: string;
  readonly size: string;
  readonly executor: string;
  /** Adapter or processor, in words. */
  readonly device: string;
  readonly threads: number;
  readonly unit: 'ms' | 'MiB';
  readonly own: Spread;
  /** Amount of work of one run, for a rate. */
  readonly amount?: { readonly count: number; readonly unit: 'values' | 'bytes' | 'fields' | 'messages' };
  readonly peer?: PeerFigure | { readonly name: string; readonly absent: string };
  /** Peer over own: above 1 we are faster. */
  readonly ratio?: number;
  /** What the issue asks for: the ratio to the peer, the share of the copy bandwidth, or a time. */
  readonly aim?: { readonly ratio: number } | { readonly share: number } | { readonly seconds: number };
  /** Octets that must be moved at least, and how long that takes at the copy bandwidth measured in this process. */
  readonly floor?: Floor;
  readonly note?: string;
}

export interface PeerFigure extends Spread {
  readonly name: string;
}

export interface Floor {
  readonly bytes: number;
  readonly gigabytesPerSecond: number;
  readonly milliseconds: number;
}

export function floorOf(bytes: number, gigabytesPerSecond: number): Floor {
  return { bytes, gigabytesPerSecond, milliseconds: bytes / gigabytesPerSecond / 1e6 };
}

/** The peer's part of a row: its figures and ratio, or why it is absent. */
export function beside(own: Spread, name: string, peer: Spread | string): Pick<Row, 'peer' | 'ratio'> {
  if (typeof peer === 'string') return { peer: { name, absent: peer } };
  return { peer: { name, ...peer }, ratio: peer.median / own.median };
}

/** Stores the machine's facts, then rows as they come, one JSON object a line. */
export function openStore(path: string, machine: Machine): (row: Row) => void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify({ machine })}\n`);
  return (row) => appendFileSync(path, `${JSON.stringify(row)}\n`);
}

const headings = [
  'work',
  'size',
  'on',
  'median',
  'min',
  'max',
  'runs',
  'rate',
  'peer',
  'peer median',
  'ratio',
  'aim',
  'floor',
  'floor/median',
];
// Columns of words; the others hold numbers and are aligned to the right.
const textColumns = new Set([0, 1, 2, 8]);

/** An aligned table of one bench's rows, notes and absent peers below it. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(cellsOf);
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => (row[column] as string).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (textColumns.has(column) ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number)))
      .join('  ')
      .trimEnd();
  const remarks = new Set(
    rows.flatMap(({ work, note, peer }) => [
      ...(note === undefined ? [] : [`${work}: ${note}`]),
      ...(peer !== undefined && 'absent' in peer ? [`no peer ${peer.name}: ${peer.absent}`] : []),
    ]),
  );
  return [
    line(headings),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
    ...[...remarks].map((remark) => `  ${remark}`),
    '',
  ].join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const { own, peer, ratio, floor, unit, aim } = row;
  const measured = peer !== undefined && !('absent' in peer) ? peer : undefined;
  return [
    row.work,
    row.size,
    `${row.executor}, ${row.threads} thr`,
    `${digits(own.median)} ${unit}`,
    digits(own.min),
    digits(own.max),
    String(own.runs),
    rateOf(row),
    peer === undefined ? '-' : measured === undefined ? `${peer.name} (absent)` : peer.name,
    measured === undefined ? '-' : digits(measured.median),
    ratio === undefined ? '-' : `${ratio.toFixed(2)}x`,
    aim === undefined ? '-' : aimText(aim),
    floor === undefined ? '-' : digits(floor.milliseconds),
    floor === undefined ? '-' : `${((100 * floor.milliseconds) / own.median).toFixed(0)} %`,
  ];
}

function aimText(aim: NonNullable<Row['aim']>): string {
  if ('ratio' in aim) return `${aim.ratio}x`;
  return 'share' in aim ? `${100 * aim.share} %` : `${aim.seconds} s`;
}

function rateOf({ amount, own, unit }: Row): string {
  if (amount === undefined || unit !== 'ms') return '-';
  const perSecond = (amount.count / own.median) * 1000;
  if (amount.unit === 'values') return `${digits(perSecond / 1e6)} Mvalues/s`;
  if (amount.unit === 'bytes') return `${digits(perSecond / 1e9)} GB/s`;
  return `${digits(perSecond)} ${amount.unit}/s`;
}

/** Three significant digits, without an exponent. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
