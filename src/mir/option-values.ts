import { DteError, nearestWord } from '../base/index.js';

/** How the value of an option is written and read. Values come as text from a command line, or as what they are from a program. */
export interface ValueType<T> {
  /** What stands for the value in a help text; absent for a flag, which is on when it is named. */
  readonly form?: string;
  /** The words that are accepted, where there are few. */
  readonly choices?: readonly string[];
  /** `input.option` (an area: `input.area`) for what is not accepted. */
  parse(value: unknown, option: string): T;
}

export function refused(option: string, value: unknown, accepted: string, near?: string): DteError {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return new DteError('input.option', `'${text}' is not a value of ${option}`, {
    hint: `accepted: ${accepted}${near === undefined ? '' : `; did you mean '${near}'?`}`,
    where: { option },
  });
}

/** One of several words; `others` are further spellings of them. */
export function word<const W extends string>(words: readonly W[], others: Readonly<Record<string, W>> = {}): ValueType<W> {
  return {
    form: '<name>',
    choices: words,
    parse(value, option) {
      const found =
        words.find((one) => one === value) ?? (typeof value === 'string' && Object.hasOwn(others, value) ? others[value] : undefined);
      if (found !== undefined) return found;
      throw refused(option, value, words.join(', '), nearestWord(String(value), [...words, ...Object.keys(others)]));
    },
  };
}

export function whole(least: number, most = Number.MAX_SAFE_INTEGER): ValueType<number> {
  const accepted = most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`;
  return {
    form: '<number>',
    parse(value, option) {
      const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
      if (Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most) return number as number;
      throw refused(option, value, accepted);
    },
  };
}

/** A finite number that `fits`, in words `accepted`. */
export function real(accepted = 'a number', fits: (value: number) => boolean = () => true): ValueType<number> {
  return {
    form: '<number>',
    parse(value, option) {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isFinite(number) && fits(number)) return number;
      throw refused(option, value, accepted);
    },
  };
}

/** Numbers between slashes, or a list of them. */
export function reals(form: string, count?: number): ValueType<readonly number[]> {
  return {
    form: `<${form}>`,
    parse(value, option) {
      const parts: readonly unknown[] = typeof value === 'string' ? value.split('/') : Array.isArray(value) ? value : [];
      const list = parts.map((part) => (typeof part === 'string' && part.trim() !== '' ? Number(part) : part));
      const isList = list.length > 0 && (count === undefined || list.length === count);
      if (isList && list.every((one): one is number => typeof one === 'number' && Number.isFinite(one))) return list;
      throw refused(option, value, `numbers of the form ${form}`);
    },
  };
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  on: true,
  yes: true,
  '0': false,
  false: false,
  off: false,
  no: false,
};

export const flag: ValueType<boolean> = {
  parse(value, option) {
    const found = typeof value === 'boolean' ? value : truths[String(value).toLowerCase()];
    if (found !== undefined) return found;
    throw refused(option, value, 'true and false, on and off, 1 and 0');
  },
};

export function text(form: string): ValueType<string> {
  return {
    form: `<${form}>`,
    parse(value, option) {
      if (typeof value === 'string' && value.trim() !== '') return value;
      throw refused(option, value, `a ${form}`);
    },
  };
}

/** Words between slashes, each of which `type` takes. */
export function chain<T>(type: ValueType<T>): ValueType<readonly T[]> {
  return {
    form: '<name/name>',
    ...(type.choices === undefined ? {} : { choices: type.choices }),
    parse: (value, option) => (Array.isArray(value) ? value : String(value).split('/')).map((part) => type.parse(part, option)),
  };
}

/** A gridspec as text or object, or a list of two increments. */
export const gridText: ValueType<string | Readonly<Record<string, unknown>>> = {
  form: '<grid>',
  parse(value, option) {
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (Array.isArray(value)) return value.join('/');
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
    throw refused(option, value, 'a name (O320), increments (1/1), or a gridspec');
  },
};

/** `automatic`, `none`, or a whole number. */
export const truncationText: ValueType<number | 'automatic' | 'none'> = {
  form: '<T>',
  parse(value, option) {
    const known = { automatic: 'automatic', auto: 'automatic', AUTO: 'automatic', none: 'none', NONE: 'none' } as const;
    if (typeof value === 'string' && Object.hasOwn(known, value)) return known[value as 'none'];
    const number = typeof value === 'string' && /^T?\d+$/i.test(value) ? Number(value.replace(/^T/i, '')) : value;
    if (Number.isSafeInteger(number) && (number as number) >= 1 && (number as number) <= 65535) return number as number;
    throw refused(option, value, 'automatic, none, or a whole number from 1');
  },
};

/** A word or number that the options of an interpolation method know: they check it. */
export const methodValue: ValueType<string | number | boolean> = {
  form: '<value>',
  parse(value, option) {
    if (typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== '')) return value;
    throw refused(option, value, 'a word or a number');
  },
};
