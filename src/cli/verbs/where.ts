import { DteError } from '../../base/index.js';
import { find, type KeyValue, type Message } from '../../grib/index.js';

interface Condition {
  readonly key: string;
  readonly values: readonly string[];
  readonly isWanted: boolean;
}

/** A test for `key=a/b,other!=c`: all conditions hold. Values are compared as numbers where both sides are numbers, else as text. */
export function parseWhere(text: string | undefined): (message: Message) => boolean {
  if (text === undefined) return () => true;
  const conditions = text.split(',').map(parseCondition);
  return (message) =>
    conditions.every(({ key, values, isWanted }) => values.some((value) => isEqual(find(message, key), value)) === isWanted);
}

function parseCondition(text: string): Condition {
  const [, key, not, values] = /^([\w.]+)(!?)=(.+)$/.exec(text.trim()) ?? [];
  if (key === undefined || values === undefined) {
    throw new DteError('input.option', `'${text}' is not a condition`, {
      where: { option: '--where' },
      hint: 'conditions are key=value, key=a/b or key!=value, with commas between them',
    });
  }
  return { key, values: values.split('/'), isWanted: not === '' };
}

function isEqual(value: KeyValue | undefined, wanted: string): boolean {
  if (value === undefined) return false;
  if (value === null) return wanted === 'MISSING' || wanted === 'missing';
  if (typeof value === 'number') return wanted.trim() !== '' && Number(wanted) === value;
  return value === wanted || (typeof value === 'string' && /^\d+$/.test(value) && /^\d+$/.test(wanted) && Number(value) === Number(wanted));
}

/** `a,b,c` as a list of keys. */
export function parseKeys(text: string): readonly string[] {
  const keys = text.split(',').map((key) => key.trim());
  if (keys.every((key) => /^[\w.]+$/.test(key))) return keys;
  throw new DteError('input.option', `'${text}' is not a list of keys`, {
    where: { option: '--keys' },
    hint: 'keys are words with commas between them',
  });
}
