import { readdirSync, readFileSync } from 'node:fs';
import { DteError, joinPath, writeWhole } from '../../../base/index.js';
import { packageRoot } from '../../../base/node.js';
import type { Terminal } from '../../terminal/terminal.js';

export const templateKinds = ['expression', 'kernel', 'module', 'process'] as const;

export interface PlumeNewOptions {
  readonly kind: (typeof templateKinds)[number];
  readonly output?: string;
  readonly json?: true;
}

/** What stands for the plugin's name in templates. */
const placeholder = /PLUGIN/g;

/**
 * Writes a plugin that works, to be changed: configuration, code, and fields to try it on. Nothing is written over: where one of the files
 * is there already, none is written.
 */
export async function plumeNew(terminal: Terminal, name: string, { kind, output, json }: PlumeNewOptions): Promise<void> {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new DteError('input.option', `'${name}' is no name of a plugin`, {
      hint: 'small letters, digits and hyphens, a letter first: wind-power',
    });
  }
  const { fs, disk } = terminal.context;
  const folder = output ?? name;
  const template = new URL(`plugins/templates/${kind}/`, packageRoot());
  const files = readdirSync(template)
    .toSorted()
    .map((file) => ({
      path: joinPath(folder, file.replace(placeholder, name)),
      text: readFileSync(new URL(file, template), 'utf8').replace(placeholder, name),
    }));
  for (const { path } of files) {
    if ((await fs.info(path)) === undefined) continue;
    throw new DteError('input.option', `'${path}' is there already`, { hint: 'give another name, or another folder with -o' });
  }
  await disk?.makeFolder(folder);
  for (const { path, text } of files) await writeWhole(fs, path, new TextEncoder().encode(text));
  const paths = files.map(({ path }) => path);
  if (json === true) return terminal.print(`${JSON.stringify({ name, kind, files: paths })}\n`);
  const [config, emulator] = ['plume.yaml', 'emulator.yaml'].map((file) => joinPath(folder, file));
  await terminal.print(`${paths.join('\n')}\n\nnext:\n  dte plume check ${config}\n  dte plume run ${config} --emulator ${emulator}\n`);
}
