import { DteError } from '../../base/index.js';
import { canonicalFloat, canonicalNumber } from '../values/number.js';
import type { Settings, ValueType } from './value-type.js';
import { walk } from './walk.js';

/** Integers, within the range of the settings. */
export function integerType({ range }: Settings): ValueType {
  const called = range === undefined ? 'an integer' : `an integer of ${range[0]} to ${range[1]}`;
  return {
    called,
    canonical: (text) => {
      if (!/^-?\d+$/.test(text)) return undefined;
      const value = Number(text);
      return range === undefined || (value >= range[0] && value <= range[1]) ? canonicalNumber(text) : undefined;
    },
  };
}

/** Integers and ranges of them. */
export function integersType(settings: Settings): ValueType {
  return {
    ...integerType(settings),
    range: (from, to, by = settings.by ?? '1') =>
      walk(Number(canonicalNumber(from)), Number(canonicalNumber(to)), Number(canonicalNumber(by))).map(String),
  };
}

export function floatType(): ValueType {
  return { called: 'a number', canonical: (text) => (/^-?(\d+\.?\d*|\.\d+)$/.test(text) ? canonicalFloat(text) : undefined) };
}

/** Decimal numbers and ranges of them, which are walked in whole numbers of the last decimal, so that no digit is lost. */
export function floatsType(settings: Settings): ValueType {
  return {
    ...floatType(),
    range: (from, to, by = settings.by ?? '1') => {
      const texts = [from, to, by].map(canonicalFloat) as [string, string, string];
      const decimals = Math.max(...texts.map((text) => (text.split('.')[1] ?? '').length));
      const [start, end, stride] = texts.map((text) => scaled(text, decimals)) as [number, number, number];
      return walk(start, end, stride).map((value) => canonicalFloat(unscaled(value, decimals)));
    },
  };
}

/** `k:n`, the k-th of the n-quantiles, and ranges within one n. */
export function quantilesType({ denominators = [], by: stride = '1' }: Settings): ValueType {
  const partsOf = (text: string): readonly [number, number] => {
    const match = /^(\d{1,9}):(\d{1,9})$/.exec(text);
    const parts: readonly [number, number] = [Number(match?.[1]), Number(match?.[2])];
    if (match === null || parts[0] > parts[1] || !denominators.includes(parts[1]))
      throw new DteError('input.value', `'${text}' is not a quantile`, {
        hint: `k:n with k of 0 to n and n of ${denominators.join(', ')} is understood`,
      });
    return parts;
  };
  return {
    called: 'a quantile',
    canonical: (text) => partsOf(text).join(':'),
    range: (from, to, by = stride) => {
      const [[start, n], [end, last]] = [partsOf(from), partsOf(to)];
      if (n !== last) throw new DteError('input.value', `a range from ${from} to ${to}, of different kinds of quantiles`);
      return walk(start, end, Number(canonicalNumber(by))).map((k) => `${k}:${n}`);
    },
  };
}

function scaled(text: string, decimals: number): number {
  const [whole = '', fraction = ''] = text.split('.');
  return Number(`${whole}${fraction.padEnd(decimals, '0')}`);
}

function unscaled(value: number, decimals: number): string {
  if (decimals === 0) return String(value);
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
