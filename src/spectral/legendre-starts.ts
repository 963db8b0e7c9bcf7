import { blockLatitudes } from './latitude-blocks.js';
import { coefficientIndex } from './triangle.js';

/**
 * Where the recurrence over n starts. Far from the equator P(n, m) grows from nothing (cos(85 degrees)^100 is 1e-106) before it
 * matters: a block of latitudes starts at the first n where one of them reaches 2^-60, and is left out for an m where none does
 * up to the truncation. Values below 2^-70 of the others are left out too, and a new segment starts where one of them has
 * grown, so that nothing smaller ever needs to be stored.
 */
export interface LegendreStarts {
  /** Zonal wavenumber of each task. `[tasks]` */
  readonly wavenumber: Uint32Array;
  /** Block of latitudes of each task. `[tasks]` */
  readonly block: Uint32Array;
  /** First segment of each task, and their number at the end. `[tasks + 1]` */
  readonly segmentStart: Uint32Array;
  /** Degree n at which each segment starts; n - m is even. `[segments]` */
  readonly degree: Uint32Array;
  /** P(n, m) and P(n + 1, m) there. `[segments, 2, blockLatitudes]` */
  readonly values: Float64Array | Float32Array;
}

export interface StartsProblem {
  readonly truncation: number;
  /** Degrees north of the equator, padded to whole blocks. `[blocks * blockLatitudes]` */
  readonly lats: Float64Array;
  /** Number of wavenumbers that the rows of a block can carry. `[blocks]` */
  readonly wavenumbers: Uint32Array;
  readonly factors: Float64Array;
  /** Divide by cos(lat), at a pole as its limit: for the components of vectors. */
  readonly perCosine: boolean;
}

const significant = 2 ** -60;
const asleepBelow = 2 ** -70;
const awakeFrom = 2 ** -64;
/** One step of the exponent that is carried beside values too small for f64. */
const scale = 2 ** 256;

export interface BlockTask {
  readonly m: number;
  readonly block: number;
  readonly degrees: readonly number[];
  readonly values: Float64Array;
}

/** All tasks, on this thread. */
export function legendreStarts(problem: StartsProblem): LegendreStarts {
  return joinedStarts(Array.from(problem.wavenumbers, (_, block) => blockStarts(problem, block)).flat());
}

/** The tasks of all blocks, those of the smallest wavenumber (the longest) first. */
export function joinedStarts(tasks: BlockTask[]): LegendreStarts {
  tasks.sort((a, b) => a.m - b.m || b.block - a.block);
  const segmentStart = new Uint32Array(tasks.length + 1);
  for (const [index, { degrees }] of tasks.entries()) segmentStart[index + 1] = segmentStart[index] + degrees.length;
  const values = new Float64Array(segmentStart[tasks.length] * 2 * blockLatitudes);
  for (const [index, task] of tasks.entries()) values.set(task.values, segmentStart[index] * 2 * blockLatitudes);
  return {
    wavenumber: Uint32Array.from(tasks, ({ m }) => m),
    block: Uint32Array.from(tasks, ({ block }) => block),
    segmentStart,
    degree: Uint32Array.from(tasks.flatMap(({ degrees }) => degrees)),
    values,
  };
}

/** The tasks of one block of latitudes. */
export function blockStarts(problem: StartsProblem, block: number): BlockTask[] {
  const { truncation, lats, wavenumbers, perCosine } = problem;
  const at = lats.subarray(block * blockLatitudes, (block + 1) * blockLatitudes);
  const sine = at.map((lat) => Math.sin((lat * Math.PI) / 180));
  const cosine = at.map((lat) => Math.sin(((90 - lat) * Math.PI) / 180));
  const pole = at.map((lat) => (lat === 90 ? 1 : 0));
  const sectoral = at.map((_, i) => (!perCosine ? 1 : pole[i] === 1 ? 0 : 1 / (cosine[i] as number)));
  const exponents = new Int32Array(blockLatitudes);
  const tasks: BlockTask[] = [];
  for (let m = 0; m < wavenumbers[block] && m <= truncation; m++) {
    if (m > 0) {
      const step = Math.sqrt((2 * m + 1) / (2 * m));
      for (let i = 0; i < blockLatitudes; i++) {
        // At a pole P(m, m) / cos has a limit for m = 1 only.
        const value = pole[i] === 1 ? (m === 1 && perCosine ? step : 0) : sectoral[i] * step * cosine[i];
        const isSmall = value < 1 / scale && value > 0;
        sectoral[i] = isSmall ? value * scale : value;
        if (isSmall) exponents[i]++;
      }
    }
    const task = taskStarts(problem, { m, block, sine, sectoral, exponents });
    if (task === undefined) break;
    tasks.push(task);
  }
  return tasks;
}

interface Sectoral {
  readonly m: number;
  readonly block: number;
  readonly sine: Float64Array;
  readonly sectoral: Float64Array;
  readonly exponents: Int32Array;
}

function taskStarts({ truncation, factors }: StartsProblem, { m, block, sine, sectoral, exponents }: Sectoral): BlockTask | undefined {
  const even = Float64Array.from(sectoral);
  const odd = even.map((value, i) => Math.sqrt(2 * m + 3) * sine[i] * value);
  const exponent = Int32Array.from(exponents);
  const degrees: number[] = [];
  const values: number[] = [];
  const asleep = new Uint8Array(blockLatitudes).fill(1);
  const sizeOf = (i: number): number => (exponent[i] > 0 ? 0 : Math.max(Math.abs(even[i]), Math.abs(odd[i])));
  const mayWake = new Uint8Array(blockLatitudes).map((_, i) => (sectoral[i] > 0 ? 1 : 0));
  for (let n = m; n <= truncation; n += 2) {
    let starts = false;
    let waiting = false;
    for (let i = 0; i < blockLatitudes; i++) {
      if (asleep[i] === 0 || mayWake[i] === 0) continue;
      if (sizeOf(i) >= (degrees.length === 0 ? significant : awakeFrom)) starts = true;
      else waiting = true;
    }
    if (starts) {
      degrees.push(n);
      for (let i = 0; i < blockLatitudes; i++) if (mayWake[i] === 1) asleep[i] = sizeOf(i) < asleepBelow ? 1 : 0;
      for (const source of [even, odd]) for (let i = 0; i < blockLatitudes; i++) values.push(asleep[i] === 1 ? 0 : (source[i] as number));
      waiting = asleep.some((isAsleep, i) => isAsleep === 1 && mayWake[i] === 1);
    }
    if (!waiting) break;
    advance(factors, coefficientIndex(truncation, m, n), Math.min(2, truncation - n), { even, odd, exponent, sine });
  }
  return degrees.length === 0 ? undefined : { m, block, degrees, values: Float64Array.from(values) };
}

interface State {
  readonly even: Float64Array;
  readonly odd: Float64Array;
  readonly exponent: Int32Array;
  readonly sine: Float64Array;
}

/** Two steps of the recurrence, from the pair (n, n + 1) to (n + 2, n + 3); fewer at the end of the truncation, whose values nobody uses. */
function advance(factors: Float64Array, index: number, steps: number, { even, odd, exponent, sine }: State): void {
  if (steps < 2) return;
  const a0 = factors[2 * index + 2];
  const b0 = factors[2 * index + 3];
  const a1 = factors[2 * index + 4];
  const b1 = factors[2 * index + 5];
  for (let i = 0; i < blockLatitudes; i++) {
    even[i] = a0 * sine[i] * odd[i] - b0 * even[i];
    odd[i] = a1 * sine[i] * even[i] - b1 * odd[i];
    if (exponent[i] > 0 && Math.abs(odd[i]) > 1) {
      even[i] /= scale;
      odd[i] /= scale;
      exponent[i]--;
    }
  }
}
