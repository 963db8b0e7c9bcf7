import { type Disk, joinPath } from '../../base/index.js';

/** Everything in a folder and the folders in it, files before the folder that holds them; empty when it is not there. */
export async function filesIn(disk: Disk, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const name of await disk.names(folder)) {
    const path = joinPath(folder, name);
    if ((await disk.info(path))?.isDirectory === true) paths.push(...(await filesIn(disk, path)));
    paths.push(path);
  }
  return paths;
}

/** Those that exist, sorted. */
export async function existing(disk: Disk, files: Iterable<string>): Promise<string[]> {
  const there: string[] = [];
  for (const file of files) if ((await disk.info(file)) !== undefined) there.push(file);
  return there.sort();
}

/** Files beside data files that belong to them and go with them; `extensions` as the configuration has them. */
export async function auxiliaryFiles(disk: Disk, dataFiles: Iterable<string>, extensions: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const file of dataFiles) for (const extension of extensions) files.push(`${file}.${extension.replace(/^\./, '')}`);
  return existing(disk, files);
}

/** Removes files one after the other, and tells which were there. Those already gone are no failure: another may have been at it. */
export async function removeFiles(disk: Disk, files: Iterable<string>): Promise<string[]> {
  const removed: string[] = [];
  for (const file of files) if (await disk.remove(file)) removed.push(file);
  return removed;
}
