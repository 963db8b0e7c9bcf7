import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { DteError } from '../base/index.js';

/**
 * The files that arguments name: patterns that the shell did not expand are expanded here, each in the order of names. `-` is
 * standard input, and `fdb:REQUEST` a request to a store of fields. A name that exists is taken as it is, whatever characters it has.
 */
export async function expandInputs(args: readonly string[]): Promise<readonly string[]> {
  const inputs: string[] = [];
  for (const arg of args) {
    if (arg === '-' || arg.startsWith('fdb:') || existsSync(arg) || !/[*?[\]{}!()]/.test(arg)) inputs.push(arg);
    else inputs.push(...(await expand(arg)));
  }
  if (inputs.filter((input) => input === '-').length > 1)
    throw new DteError('input.option', '- is given more than once', { hint: 'standard input can be read once' });
  return inputs;
}

async function expand(pattern: string): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob(pattern, { absolute: isAbsolute(pattern), expandDirectories: false });
  if (found.length === 0) throw new DteError('absent.file', `no file matches '${pattern}'`);
  return found.sort();
}
