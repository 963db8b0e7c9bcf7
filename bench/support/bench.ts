import type { Context } from '../../src/base/index.js';
import type { Engine } from '../../src/compute/index.js';
import type { Inputs } from './inputs.js';
import { cpuName } from './machine.js';
import type { Peers } from './peers.js';
import type { Row } from './report.js';

export type ExecutorName = 'cpu' | 'gpu' | 'software';

/** What a bench is given. */
export interface Setting {
  readonly context: Context;
  readonly runs: number;
  /** Small sizes: shows that everything runs, and says nothing about speed. */
  readonly quick: boolean;
  readonly executors: readonly ExecutorName[];
  readonly threads: number | undefined;
  readonly inputs: Inputs;
  readonly peers: Peers;
  /** Opens an engine for the time of `use`. */
  withEngine<R>(executor: ExecutorName, options: { readonly timing?: boolean }, use: (engine: Engine) => Promise<R>): Promise<R>;
  /** Copy bandwidth of an executor in GB/s (octets read plus written), measured once in this process. */
  bandwidth(executor: ExecutorName): Promise<number>;
  report(row: Row): void;
}

/** Where a row was measured, in words. */
export function placeOf(executor: ExecutorName, { info }: Engine): Pick<Row, 'executor' | 'device' | 'threads'> {
  return { executor, device: executor === 'cpu' ? `${cpuName()}, ${info.precision}` : info.name, threads: info.threads };
}

/** One measured piece of work, or several that share their inputs. */
export interface Bench {
  /** Stem: `grib/decode` is `bench/grib/decode.ts`. */
  readonly name: string;
  readonly about: string;
  readonly run: (setting: Setting) => Promise<void>;
}
