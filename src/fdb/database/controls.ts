import { type Disk, joinPath } from '../../base/index.js';
import type { Control } from '../types.js';

/** Control -> empty file in the folder of the database whose presence sets it (fdb: src/fdb5/toc/TocHandler.cc). */
const names: Readonly<Record<Control, string>> = {
  list: 'list.lock',
  retrieve: 'retrieve.lock',
  archive: 'archive.lock',
  wipe: 'wipe.lock',
  'unique-root': 'duplicates.allow',
};

const controls = Object.keys(names) as readonly Control[];

/** The file that stands for a control. */
export function controlFile(path: string, control: Control): string {
  return joinPath(path, names[control]);
}

/** The files of all controls. */
export function controlFiles(path: string): readonly string[] {
  return controls.map((control) => controlFile(path, control));
}

/** What the database at `path` is locked for; for `unique-root`, that it may lie in several roots. */
export async function readControls(disk: Disk, path: string): Promise<ReadonlySet<Control>> {
  const found = await disk.stamps(controlFiles(path));
  return new Set(controls.filter((_, index) => found[index] !== undefined));
}

/** Sets a control or takes it back. It is no error when it is as wanted already. */
export async function setControl(disk: Disk, path: string, control: Control, isSet: boolean): Promise<void> {
  const file = controlFile(path, control);
  if (isSet) await (await disk.write(file)).close();
  else await disk.remove(file);
}
