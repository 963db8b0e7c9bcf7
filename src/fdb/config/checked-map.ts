import { DteError, nearestWord } from '../../base/index.js';

/** Where a configuration came from, to name the line of a key in it. */
export interface Origin {
  readonly source: string;
  readonly text: string;
}

/** A map of a configuration whose keys are known; every value is taken with its kind. */
export class CheckedMap {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #origin: Origin;
  readonly #what: string;

  /** `input.config` for anything but a map, and for a key that is not one of `keys`, with the nearest one. */
  constructor(value: unknown, what: string, keys: readonly string[], origin: Origin) {
    this.#origin = origin;
    this.#what = what;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw this.error(`${what} is ${shown(value)}`, `a map with keys ${keys.join(', ')}`);
    }
    this.#values = new Map(Object.entries(value));
    for (const key of this.#values.keys()) {
      if (keys.includes(key)) continue;
      const nearest = nearestWord(key, keys);
      throw this.error(
        `${what} has an unknown key '${key}'`,
        nearest === undefined ? `keys are ${keys.join(', ')}` : `did you mean '${nearest}'?`,
        key,
      );
    }
  }

  has(key: string): boolean {
    return this.#values.get(key) !== undefined && this.#values.get(key) !== null;
  }

  value(key: string): unknown {
    return this.#values.get(key);
  }

  text(key: string): string | undefined {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw this.error(`${this.#what}: ${key} is ${shown(value)}`, 'a text', key);
  }

  truth(key: string): boolean | undefined {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    const text = String(value).toLowerCase();
    if (['yes', 'true', 'on', '1'].includes(text)) return true;
    if (['no', 'false', 'off', '0'].includes(text)) return false;
    throw this.error(`${this.#what}: ${key} is ${shown(value)}`, 'true or false', key);
  }

  number(key: string): number | undefined {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    throw this.error(`${this.#what}: ${key} is ${shown(value)}`, 'a whole number', key);
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value)) return value;
    throw this.error(`${this.#what}: ${key} is ${shown(value)}`, 'a list', key);
  }

  error(reason: string, hint: string, key?: string): DteError {
    const line = key === undefined ? undefined : lineOf(this.#origin.text, key);
    return new DteError('input.config', reason, { where: { file: this.#origin.source, ...(line === undefined ? {} : { line }) }, hint });
  }
}

/** The first line that has the key with its colon. */
function lineOf(text: string, key: string): number | undefined {
  const index = text.split('\n').findIndex((line) => {
    const at = line.indexOf(key);
    return at >= 0 && /^["']?\s*:/.test(line.slice(at + key.length));
  });
  return index < 0 ? undefined : index + 1;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'empty';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
