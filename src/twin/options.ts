import { type Grid, gridFromSpec, type GridSpec } from '../atlas/index.js';
import { DteError, nearestWord } from '../base/index.js';
import { cases, type CaseKind, type Diffusion } from './cases/index.js';
import type { SchemeName } from './time-scheme.js';

/** How a twin is made. */
export interface TwinOptions {
  /** Initial state, one of `cases`. Default `galewsky`. */
  readonly case?: string;
  /** Parameters of the case by name. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Triangular truncation. Default 63. */
  readonly truncation?: number;
  /** A global Gaussian grid, or its name or spec. Default: the smallest regular one without aliasing of products, F48 for 63. */
  readonly grid?: Grid | string | GridSpec;
  /** Members of the ensemble; the first is not perturbed. Default 1. */
  readonly members?: number;
  /** Of the perturbations: a member's depends on it and on the member's number alone. Default 1. */
  readonly seed?: number;
  /** Root mean square over the sphere of the perturbations of the wind, m/s. Default 1. */
  readonly perturbation?: number;
  /** Time step. Default: the longest stable one that divides an hour, see `stableSeconds`. */
  readonly stepSeconds?: number;
  /** Default: what the case prescribes; 'none' for none. */
  readonly diffusion?: Diffusion | 'none';
  /** Default `exponential`. */
  readonly scheme?: SchemeName;
}

/** The same, checked and complete but for the time step. */
export interface CheckedOptions {
  readonly caseName: string;
  readonly kind: CaseKind;
  readonly parameters: Readonly<Record<string, number>>;
  readonly truncation: number;
  readonly grid: Grid;
  readonly members: number;
  readonly seed: number;
  readonly perturbation: number;
  readonly stepSeconds: number | undefined;
  readonly diffusion: Diffusion | 'none' | undefined;
  readonly scheme: SchemeName;
}

const mostMembers = 4096;
const mostTruncation = 1279;
const schemes: readonly SchemeName[] = ['exponential', 'explicit'];

/** Errors: `input.option` for values out of range, `input.grid` and `unsupported.grid` for the grid. */
export function checkOptions(options: TwinOptions): CheckedOptions {
  const { case: caseName = 'galewsky', truncation = 63, members = 1, seed = 1, perturbation = 1, scheme = 'exponential' } = options;
  const kind = cases.get(caseName);
  if (kind === undefined) throw unknown('case', 'case', caseName, [...cases.keys()]);
  checkInteger('truncation', truncation, 1, mostTruncation);
  checkInteger('members', members, 1, mostMembers);
  checkInteger('seed', seed, 0, 2 ** 32 - 1);
  checkAmount('perturbation', perturbation, 'a wind in m/s, 0 or more', (value) => value >= 0);
  if (!schemes.includes(scheme)) throw unknown('scheme', 'scheme', scheme, schemes);
  const { stepSeconds, diffusion } = options;
  if (stepSeconds !== undefined) checkAmount('stepSeconds', stepSeconds, 'seconds above 0', (value) => value > 0);
  if (diffusion !== undefined && diffusion !== 'none') checkDiffusion(diffusion);
  const parameters = checkParameters(caseName, kind, options.parameters ?? {});
  const grid = checkGrid(options.grid, truncation);
  return { caseName, kind, parameters, truncation, grid, members, seed, perturbation, stepSeconds, diffusion, scheme };
}

/** Rows of 4 N points hold the products of two waves up to T, and tell them from those up to T: 4 N >= 3 T + 1. */
export function gaussianNumberFor(truncation: number): number {
  return Math.ceil((3 * truncation + 1) / 4);
}

function checkGrid(given: TwinOptions['grid'], truncation: number): Grid {
  if (given === undefined) return gridFromSpec(`F${gaussianNumberFor(truncation)}`);
  const grid = typeof given === 'object' && 'hash' in given ? (given as Grid) : gridFromSpec(given);
  const { rows, gaussianNumber } = grid;
  const isGlobal = rows !== undefined && gaussianNumber !== undefined && rows.periodic && rows.lats.length === 2 * gaussianNumber;
  if (!isGlobal) {
    throw new DteError('unsupported.grid', `${grid.name ?? grid.type} is not a global Gaussian grid, which the model's transforms need`, {
      hint: `give a name such as F${gaussianNumberFor(truncation)} or O${gaussianNumberFor(truncation)}`,
      where: { option: 'grid' },
    });
  }
  const longest = rows.counts.reduce((most, count) => Math.max(most, count), 0);
  const highest = Math.floor((Math.min(longest, 4 * gaussianNumber) - 1) / 3);
  if (truncation > highest) {
    throw new DteError('input.option', `products of truncation ${truncation} are more than ${grid.name ?? grid.type} can tell apart`, {
      hint: `give F${gaussianNumberFor(truncation)} or finer, or a truncation up to ${highest}`,
      where: { option: 'grid' },
    });
  }
  return grid;
}

function checkParameters(
  caseName: string,
  { parameters }: CaseKind,
  given: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  for (const [name, value] of Object.entries(given)) {
    if (parameters[name] === undefined) throw unknown('parameters', `parameter of case '${caseName}'`, name, Object.keys(parameters));
    checkAmount(`parameters.${name}`, value, `a number (${parameters[name].about})`, () => true);
  }
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, given[name] ?? parameter.default]));
}

function checkDiffusion({ order, coefficient }: Diffusion): void {
  checkInteger('diffusion.order', order, 1, 8);
  checkAmount('diffusion.coefficient', coefficient, 'm^(2 order) / s, 0 or more', (value) => value >= 0);
}

function checkInteger(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw refused(option, value, `an integer from ${least} to ${most}`);
}

function checkAmount(option: string, value: number, accepted: string, holds: (value: number) => boolean): void {
  if (!Number.isFinite(value) || !holds(value)) throw refused(option, value, accepted);
}

function refused(option: string, value: number, accepted: string): DteError {
  return new DteError('input.option', `${option} is ${value}`, { hint: `give ${accepted}`, where: { option } });
}

function unknown(option: string, what: string, value: string, accepted: readonly string[]): DteError {
  const near = nearestWord(value, accepted);
  const list = accepted.length === 0 ? 'it has no parameters' : `give one of ${accepted.join(', ')}`;
  return new DteError('input.option', `'${value}' is no ${what}`, {
    hint: near === undefined ? list : `${list}; did you mean '${near}'?`,
    where: { option },
  });
}
