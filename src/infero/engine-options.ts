import { DteError, nearestWord } from '../base/index.js';
import type { ModelConfig } from './types.js';

/** An option of an engine: its default, and what it accepts. */
export type EngineOption =
  | { readonly default: number; readonly least: number }
  | { readonly default: string; readonly choices: readonly string[] };

type ValueOf<O extends EngineOption> = O extends { readonly least: number } ? number : string;

/**
 * Threads of the processor, and open extents of the self-check of an engine on the device. Every engine takes these keys, as configurations
 * give them before it is known which engine a machine has; some have no use for them.
 */
const commonKeys = {
  numInteropThreads: { default: 1, least: 1 },
  numIntraopThreads: { default: 1, least: 1 },
  selfCheckExtent: { default: 32, least: 1 },
} as const;

/** The options of an engine from a `model_config`. `input.config` for keys and values that it does not take. */
export function engineOptions<const S extends Readonly<Record<string, EngineOption>>>(
  engine: string,
  config: ModelConfig,
  accepted: S,
): { readonly [K in keyof S]: ValueOf<S[K]> } {
  const all: Readonly<Record<string, EngineOption>> = { ...commonKeys, ...accepted };
  for (const key of Object.keys(config)) if (!Object.hasOwn(all, key)) refuseKey(engine, key, Object.keys(all));
  const values = Object.entries(all).map(([key, option]) => {
    const given = config[key];
    return [key, given === undefined ? option.default : checked(engine, key, given, option)] as const;
  });
  return Object.fromEntries(values) as { readonly [K in keyof S]: ValueOf<S[K]> };
}

function checked(engine: string, key: string, given: string | number | boolean, option: EngineOption): string | number {
  if ('choices' in option) {
    if (typeof given === 'string' && option.choices.includes(given)) return given;
    return refuse(engine, key, given, option.choices.join(', '));
  }
  // Texts are numbers, too, where an option came from a command line.
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (typeof value === 'number' && Number.isInteger(value) && value >= option.least) return value;
  return refuse(engine, key, given, `a whole number from ${option.least}`);
}

function refuse(engine: string, key: string, given: unknown, accepted: string): never {
  throw new DteError('input.config', `model_config of engine '${engine}': ${key} is '${String(given)}'`, { hint: `accepted: ${accepted}` });
}

function refuseKey(engine: string, key: string, known: readonly string[]): never {
  const near = nearestWord(key, known);
  throw new DteError('input.config', `model_config of engine '${engine}' has no key '${key}'`, {
    hint: near === undefined ? `accepted: ${known.join(', ') || 'none'}` : `did you mean '${near}'?`,
  });
}
