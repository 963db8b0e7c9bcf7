import { DteError, nearestWord } from '../../base/index.js';
import { type MirOptions, parseMirOptions } from '../../mir/index.js';
import type { ProjectionName } from '../../plot/index.js';
import { type Diagnostics, parseReduction, type Reduction, type RunHeader, type TwinOptions } from '../../twin/index.js';
import type { EngineFlags } from '../commands/define.js';
import type { FrameOptions } from './frames.js';
import type { PlumeChoice } from './plume-companion.js';
import { type TwinParam, twinParams } from './run-twin.js';
import { isMultiple, secondsOf, stepsOf } from './schedule.js';

/** The options of `dte twin run`, as the command line has them. */
export interface TwinRunOptions extends EngineFlags {
  readonly case: string;
  readonly parameter?: readonly string[];
  readonly truncation: number;
  readonly modelGrid?: string;
  readonly members: number;
  readonly seed: number;
  readonly perturbation: number;
  readonly days: number;
  readonly step?: string;
  readonly every: string;
  readonly param: string;
  readonly grid?: string;
  readonly area?: readonly [number, number, number, number];
  readonly reduce?: readonly string[];
  readonly instants: boolean;
  readonly to?: string;
  readonly config?: string;
  readonly date: number;
  readonly time: number;
  readonly expver: string;
  readonly packing: 'ccsds' | 'simple';
  readonly accuracy?: number;
  readonly plume?: string;
  readonly plumeEvery?: string;
  readonly plumeParam?: readonly string[];
  readonly output: string;
  readonly frames: string;
  readonly projection: ProjectionName;
  readonly frameArea?: readonly [number, number, number, number];
  readonly frameMember: number;
  readonly diagnostics?: string;
  readonly json?: true;
}

/** What can be told of them before anything is made. */
export interface CheckedRun {
  readonly params: readonly TwinParam[];
  readonly reductions: readonly Reduction[];
  readonly everySeconds: number;
  readonly framesSeconds: number | undefined;
  readonly companionSeconds: number;
  readonly runSeconds: number;
  readonly twin: TwinOptions;
  readonly post: MirOptions;
  readonly header: RunHeader;
  readonly to: string;
  readonly diagnostics: string;
  readonly plume: PlumeChoice | undefined;
}

/** Errors: `input.option`, `input.area`, and those of MIR's options. */
export function checkRun(options: TwinRunOptions): CheckedRun {
  const { days, every, frames, plumeEvery = every, output } = options;
  if (!(days > 0)) throw new DteError('input.option', `a run of ${days} days`, { where: { option: '--days' }, hint: 'a number above 0' });
  return {
    params: paramsOf(options.param),
    reductions: (options.reduce ?? []).map(parseReduction),
    everySeconds: secondsOf('--every', every),
    framesSeconds: frames === 'none' ? undefined : secondsOf('--frames', frames),
    companionSeconds: secondsOf('--plume-every', plumeEvery),
    runSeconds: days * 86400,
    twin: twinOptions(options),
    post: parseMirOptions({
      ...(options.grid === undefined ? {} : { grid: options.grid }),
      ...(options.area === undefined ? {} : { area: options.area.join('/') }),
    }),
    header: { date: options.date, time: options.time, expver: options.expver, members: options.members },
    to: options.to ?? `${output}/fields`,
    diagnostics: options.diagnostics ?? `${output}/diagnostics.csv`,
    plume:
      options.plume === undefined
        ? undefined
        : { path: options.plume, noticesPath: `${output}/notices.jsonl`, params: new Map((options.plumeParam ?? []).map(plumeParamOf)) },
  };
}

/** Periods of a run in time steps. */
export interface RunPeriods {
  readonly last: number;
  readonly output: number;
  readonly frames: number | undefined;
  readonly companion: number;
}

/** Errors: `input.option` for times that are no whole number of steps. */
export function periodsOf(checked: CheckedRun, stepSeconds: number): RunPeriods {
  const { framesSeconds } = checked;
  return {
    last: stepsOf('--days', checked.runSeconds, stepSeconds),
    output: stepsOf('--every', checked.everySeconds, stepSeconds),
    frames: framesSeconds === undefined ? undefined : stepsOf('--frames', framesSeconds, stepSeconds),
    companion: stepsOf('--plume-every', checked.companionSeconds, stepSeconds),
  };
}

/** The longest step, at most `stepSeconds`, of which every time of a run is a whole number. */
export function fittingStep(
  { everySeconds, framesSeconds = everySeconds, companionSeconds, runSeconds }: CheckedRun,
  stepSeconds: number,
): number {
  const common = [everySeconds, framesSeconds, companionSeconds, Math.round(runSeconds)].reduce(greatestDivisor);
  return isMultiple(common, stepSeconds) ? stepSeconds : common / Math.ceil(common / stepSeconds - 1e-9);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

export function frameOptions(options: TwinRunOptions, initial: readonly Diagnostics[]): FrameOptions {
  const { output, projection, frameArea, frameMember } = options;
  const greatest = Math.max(
    ...initial.flatMap(({ greatestVorticity, leastVorticity }) => [greatestVorticity.value, -leastVorticity.value]),
  );
  return { folder: `${output}/frames`, projection, member: frameMember, greatest, ...(frameArea === undefined ? {} : { area: frameArea }) };
}

function twinOptions(options: TwinRunOptions): TwinOptions {
  const { truncation, members, seed, perturbation, modelGrid, step } = options;
  return {
    ...{ case: options.case, truncation, members, seed, perturbation },
    ...(modelGrid === undefined ? {} : { grid: modelGrid }),
    ...(step === undefined ? {} : { stepSeconds: secondsOf('--step', step) }),
    parameters: Object.fromEntries((options.parameter ?? []).map(parameterOf)),
  };
}

function parameterOf(text: string): readonly [string, number] {
  const [name, value] = text.split('=') as [string, string | undefined];
  if (value !== undefined && value.trim() !== '' && Number.isFinite(Number(value))) return [name, Number(value)];
  throw new DteError('input.option', `'${text}' is not a parameter of a case`, {
    where: { option: '--parameter' },
    hint: 'such as jetSpeed=90',
  });
}

function plumeParamOf(text: string): readonly [string, string | number] {
  const [name, param, ...rest] = text.split('=');
  if (name !== undefined && name !== '' && param !== undefined && param !== '' && rest.length === 0)
    return [name, /^\d+$/.test(param) ? Number(param) : param];
  throw new DteError('input.option', `'${text}' is not an output and its parameter`, {
    where: { option: '--plume-param' },
    hint: 'such as mask=80',
  });
}

function paramsOf(text: string): readonly TwinParam[] {
  return text.split(',').map((word) => {
    const found = twinParams.find((param) => param === word.trim());
    if (found !== undefined) return found;
    const near = nearestWord(word, twinParams);
    throw new DteError('input.option', `the twin has no field '${word}': ${twinParams.join(', ')}`, {
      where: { option: '--param' },
      ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
    });
  });
}
