import { DteError } from '../base/index.js';
import { type MirOptionName, mirOptionName, mirOptions, type MirOptions, type OptionSpec, parseMirOptions } from '../mir/index.js';

/** One output of a regridding. */
export interface RegridTarget {
  /** File, `-`, or `fdb:` with keys. */
  readonly output: string;
  readonly options: MirOptions;
}

/**
 * The targets that a command line describes: `shared` options and an output, or several texts `grid=1/1,area=70/-25/30/45,output=a.grib`
 * with options of their own beside the shared ones. Commas inside brackets, braces and quotes belong to a value. `input.option` for
 * a text without an output, an output given twice, and all that `parseMirOptions` refuses.
 */
export function regridTargets(
  shared: Readonly<Record<string, unknown>>,
  output: string | undefined,
  texts: readonly string[] = [],
): readonly RegridTarget[] {
  if (texts.length === 0) {
    if (output === undefined) throw new DteError('input.option', 'no output is given', { hint: "-o FILE, or --to '...,output=FILE'" });
    return [{ output, options: parseMirOptions(shared) }];
  }
  if (output !== undefined) {
    throw new DteError('input.option', '--output beside --to', {
      hint: "each --to has its own: 'grid=1/1,output=a.grib'",
      where: { option: '--output' },
    });
  }
  const named = underTableNames(shared);
  const targets = texts.map((text) => targetOf(text, named));
  const twice = targets.find((target, index) => targets.findIndex((other) => other.output === target.output) < index);
  if (twice === undefined) return targets;
  throw new DteError('input.option', `two targets have the output '${twice.output}'`, { where: { option: '--to' } });
}

function underTableNames(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  parseMirOptions(given);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [mirOptionName(name), value]));
}

/** Which of the options that name a grid a target has: its own replaces one that is shared. */
const gridNames: readonly string[] = ['grid', 'reduced', 'regular', 'octahedral', 'pl'] satisfies readonly MirOptionName[];

function targetOf(text: string, shared: Readonly<Record<string, unknown>>): RegridTarget {
  const own: Record<string, unknown> = {};
  let output: string | undefined;
  for (const [key, value] of keysOf(text)) {
    if (key === 'output' || key === 'o') {
      if (value === undefined || value === '') throw badTarget(text, 'its output has no name');
      if (output !== undefined) throw badTarget(text, `it needs one output, not '${output}' and '${value}'`);
      output = value;
      continue;
    }
    const name = mirOptionName(key);
    if (Object.hasOwn(own, name)) throw badTarget(text, `it states ${key} twice`);
    own[name] = value ?? flagValue(text, name);
  }
  if (output === undefined) throw badTarget(text, 'it has no output');
  const hasGrid = gridNames.some((name) => Object.hasOwn(own, name));
  const rest = Object.fromEntries(Object.entries(shared).filter(([name]) => !(hasGrid && gridNames.includes(name))));
  return { output, options: parseMirOptions({ ...rest, ...own }) };
}

function flagValue(text: string, name: MirOptionName): true {
  if ((mirOptions[name] as OptionSpec).type.form === undefined) return true;
  throw badTarget(text, `${name} has no value`);
}

function badTarget(text: string, reason: string): DteError {
  return new DteError('input.option', `target '${text}' cannot be used: ${reason}`, {
    hint: "the form is 'grid=1/1,area=70/-25/30/45,output=a.grib'",
    where: { option: '--to' },
  });
}

/** `name=value` parts between commas that lie outside brackets, braces and quotes. */
function keysOf(text: string): readonly (readonly [string, string | undefined])[] {
  const parts: string[] = [];
  let [depth, quote, start] = [0, '', 0];
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at];
    if (letter === undefined || (letter === ',' && depth === 0 && quote === '')) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    } else if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '{' || letter === '[') depth++;
    else if (letter === '}' || letter === ']') depth--;
  }
  if (depth !== 0 || quote !== '') throw badTarget(text, 'a bracket or quote is not closed');
  return parts.map((part) => {
    const equals = part.indexOf('=');
    if (part === '' || equals === 0) throw badTarget(text, 'a part of it has no name');
    return equals < 0 ? [part, undefined] : [part.slice(0, equals).trim(), unquoted(part.slice(equals + 1).trim())];
  });
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) && value.length >= 2 ? value.slice(1, -1) : value;
}
