import type { Diagnostics, Extremum } from '../../twin/index.js';
import { countedText, countText, factsText, sizeText } from '../terminal/text.js';
import type { TwinSummary } from './run.js';

/** What a run did, for the person in front. */
export function summaryText({ twin, engine, steps, simulatedSeconds, wallSeconds, stageSeconds, conserved, ...rest }: TwinSummary): string {
  const { fields, bytes, to, frames, diagnostics, chart, plugins, notices, unwritten } = rest;
  const parameters = Object.entries(twin.parameters).map(([name, value]) => `${name}=${value}`);
  const members = twin.members === 1 ? '' : `, ${twin.members} members, seed ${twin.seed}`;
  const model = `T${twin.truncation} on ${twin.grid} (${countText(twin.points)} points)${members}`;
  const days = simulatedSeconds / 86400;
  const rows: (readonly [string, string])[] = [
    ['case', [twin.case, ...parameters].join(' ')],
    ['model', `${model}, steps of ${Number(twin.stepSeconds.toFixed(1))} s`],
    ['executor', engine.name],
    ['simulated', `${Number(days.toFixed(3))} days in ${countedText(steps, 'step')}, ${wallSeconds.toFixed(2)} s`],
    ...conservedRows(conserved),
    ...(to === 'none' ? [] : [['fields', `${countText(fields)}, ${sizeText(bytes)}, to ${to}`] as const]),
    ...plugins.map((plugin) => [`plugin ${plugin.plugin}`, pluginText(plugin)] as const),
    ...(notices === 0 ? [] : [['notices', String(notices)] as const]),
    ...(unwritten.length === 0 ? [] : [['not written', unwritten.join('; ')] as const]),
    ['pictures', [countedText(frames, 'frame'), chart].join(', ')],
    ['diagnostics', diagnostics],
    ['stages', ''],
    ...Object.entries(stageSeconds).map(
      ([stage, seconds]) =>
        [`  ${stage}`, `${seconds.toFixed(2).padStart(7)} s  ${`${Math.round((100 * seconds) / wallSeconds)}`.padStart(3)} %`] as const,
    ),
  ];
  return factsText(rows).trimEnd();
}

function conservedRows(conserved: TwinSummary['conserved']): readonly (readonly [string, string])[] {
  const change = (value: number): string => (value === 0 ? 'unchanged' : `changed by ${value.toExponential(1)} of it`);
  const { first, last, mass, energy, potentialEnstrophy } = conserved;
  const vorticity = ({ leastVorticity, greatestVorticity }: Diagnostics): string =>
    `${extremumText(leastVorticity)} to ${extremumText(greatestVorticity)}`;
  return [
    ['mass', `${first.mass.toFixed(2)} m, ${change(mass)}`],
    ['energy', `${first.energy.toPrecision(6)} m3/s2, ${change(energy)}`],
    ['enstrophy', `${first.potentialEnstrophy.toExponential(4)} /m s2, ${change(potentialEnstrophy)}`],
    ['vorticity', `${vorticity(first)} at first`],
    ['', `${vorticity(last)} in the end`],
  ];
}

function extremumText({ value, lat, lon }: Extremum): string {
  const east = lon > 180 ? lon - 360 : lon;
  return `${value.toExponential(2)} (${Math.abs(lat).toFixed(1)}${lat < 0 ? 'S' : 'N'} ${Math.abs(east).toFixed(1)}${east < 0 ? 'W' : 'E'})`;
}

function pluginText({ kind, state, runs, hostMs, readBytes, uploadBytes, failures, reasons }: TwinSummary['plugins'][number]): string {
  const bytes = readBytes + uploadBytes;
  const parts = [
    `${kind}, ${state}`,
    countedText(runs, 'run'),
    `${(hostMs / 1000).toFixed(2)} s`,
    `${sizeText(bytes)} to and from the host`,
  ];
  const [first] = [...reasons, ...failures];
  if (failures.length > 0) parts.push(countedText(failures.length, 'failure'));
  return `${parts.join(', ')}${first === undefined ? '' : `: ${first}`}`;
}
