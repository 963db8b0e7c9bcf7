import { cacheFolder, DteError, type FileInfo } from '../../base/index.js';
import { weightsFiles } from '../../regrid/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { sizeText, tableText } from '../terminal/text.js';

export async function cacheLs(terminal: Terminal, { json }: { readonly json?: true }): Promise<void> {
  const files = await weightsFiles(terminal.context);
  const folder = cacheFolder(terminal.context);
  const rows = files.map(({ name, sizeBytes, modifiedMs }) => ({
    name: nameOf(name),
    sizeBytes,
    lastUse: new Date(modifiedMs).toISOString(),
  }));
  if (json === true) {
    await terminal.print(`${JSON.stringify({ folder, sizeBytes: totalOf(files), weights: rows }, null, 2)}\n`);
    return;
  }
  const table =
    rows.length === 0
      ? ''
      : tableText(
          ['name', 'size', 'last use'],
          rows.map(({ name, sizeBytes, lastUse }) => [name, sizeText(sizeBytes), lastUse]),
        );
  await terminal.print(
    `${table}${matricesText(files.length)}, ${sizeText(totalOf(files))}, in ${folder ?? 'no folder: neither DTE_CACHE, XDG_CACHE_HOME nor HOME is set'}\n`,
  );
}

export interface CacheRmOptions {
  readonly all?: true;
  readonly json?: true;
}

export async function cacheRm(terminal: Terminal, names: readonly string[], { all, json }: CacheRmOptions): Promise<void> {
  if (names.length === 0 && all !== true)
    throw new DteError('input.option', 'nothing to remove', { hint: "give names as 'dte cache ls' shows them, or --all" });
  const files = await weightsFiles(terminal.context);
  for (const name of names) {
    if (!files.some((file) => file.name.startsWith(name)))
      throw new DteError('absent.file', `no stored weights are named '${name}'`, { hint: "'dte cache ls' lists them" });
  }
  const removed = all === true ? files : files.filter((file) => names.some((name) => file.name.startsWith(name)));
  for (const { path } of removed) await terminal.context.fs.remove(path);
  const sizeBytes = totalOf(removed);
  if (json === true) await terminal.print(`${JSON.stringify({ removed: removed.map(({ name }) => nameOf(name)), sizeBytes })}\n`);
  else terminal.note(`removed ${matricesText(removed.length)}, ${sizeText(sizeBytes)}`);
}

export function totalOf(files: readonly FileInfo[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

export function matricesText(count: number): string {
  return count === 1 ? '1 matrix' : `${count} matrices`;
}

function nameOf(file: string): string {
  return file.replace(/\.\w+$/, '');
}
