import { resolve } from 'node:path';
import { readWhole } from '../../../base/index.js';
import type { ConfigSource } from '../../../plume/index.js';
import type { Terminal } from '../../terminal/terminal.js';

export async function readText({ context }: Terminal, path: string): Promise<string> {
  return new TextDecoder().decode(await readWhole(context.fs, path));
}

/** Relative paths in a configuration start from the folder that it is in. */
export function placeOf(path: string): ConfigSource {
  return { source: path, folder: `${path === '-' ? process.cwd() : resolve(path, '..')}/` };
}
