import type { Context } from '../base/index.js';
import { type Engine, type EngineOptions, openEngine } from '../compute/index.js';

const tasks = ['../grib/aec-tasks.js'];
const twins = [
  '../grib/unpack.js',
  '../regrid/csr-apply.js',
  '../compute/value-range.js',
  '../compute/value-range-merge.js',
  '../grib/pack.js',
];

/** What the options of a command say about the engine. */
export interface EngineChoice {
  readonly device?: string;
  readonly precision?: 'f32' | 'f64';
  readonly threads?: number;
  readonly profile?: boolean;
}

/** The engine that a command's options ask for. */
export function openChosen(context: Context, { device, precision, threads, profile }: EngineChoice): Promise<Engine> {
  const options: EngineOptions = {
    ...(device === undefined ? {} : { device }),
    ...(precision === undefined ? {} : { precision }),
    ...(threads === undefined ? {} : { threads }),
    timing: profile === true,
  };
  return openEngine(context, options);
}

/** The same, with threads that start, and load what regridding needs, while the caller's thread loads its own modules. */
export async function warmEngine(context: Context, choice: EngineChoice): Promise<Engine> {
  const engine = await openChosen(context, choice);
  const modules = engine.info.executor === 'cpu' ? [...tasks, ...twins] : tasks;
  engine.team.start(modules.map((module) => new URL(module, import.meta.url)));
  return engine;
}
