import { type Context, DteError } from '../base/index.js';
import type { Precision } from './element.js';

export interface EngineOptions {
  /**
   * `auto` (hardware GPU, else the processor), `gpu` (hardware or error), `cpu`, `software` (Vulkan on the processor, for
   * shader tests), or part of an adapter's name. Default: environment variable DTE_DEVICE, else `auto`.
   */
  readonly device?: string;
  /** `f64` is the CPU executor's exact mode. Default `f32`. */
  readonly precision?: Precision;
  /** Worker threads of the CPU executor and of host work. Default: DTE_THREADS, else all cores. */
  readonly threads?: number;
  /** Memory budget of device arrays in MiB. Default: DTE_MEMORY, else 3/4 of what the platform allows. */
  readonly memoryMiB?: number;
  /** Keep a timing of every dispatch. */
  readonly timing?: boolean;
  /** For tests: bind at most this many octets, so that splitting is met on small arrays. */
  readonly maxBindingBytes?: number;
}

export interface ResolvedOptions {
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly budgetBytes: number;
  readonly timing: boolean;
  readonly maxBindingBytes: number | undefined;
}

const defaultMemoryMiB = 16 * 1024;

/** Options over environment over defaults; a value that makes no sense is refused with its place. */
export function resolveOptions(context: Context, options: EngineOptions): ResolvedOptions {
  const precision = options.precision ?? 'f32';
  if (precision !== 'f32' && precision !== 'f64') {
    throw new DteError('input.option', `precision '${String(precision)}' is not known`, { hint: 'use f32 or f64' });
  }
  const device = options.device ?? (context.env['DTE_DEVICE'] || 'auto');
  if (precision === 'f64' && device !== 'auto' && device !== 'cpu') {
    throw new DteError('input.option', `device '${device}' has no f64`, { hint: 'f64 runs on the CPU executor: use --device cpu or auto' });
  }
  return {
    device,
    precision,
    threads: wholeNumber('DTE_THREADS', options.threads ?? context.env['DTE_THREADS'], context.workers.threads, 1),
    budgetBytes: wholeNumber('DTE_MEMORY', options.memoryMiB ?? context.env['DTE_MEMORY'], defaultMemoryMiB, 16) * 2 ** 20,
    timing: options.timing ?? false,
    maxBindingBytes: options.maxBindingBytes,
  };
}

function wholeNumber(name: string, given: number | string | undefined, fallback: number, least: number): number {
  if (given === undefined || given === '') return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < least) {
    throw new DteError('input.option', `${name} is '${given}'`, { hint: `give a whole number from ${least}`, where: { option: name } });
  }
  return value;
}
