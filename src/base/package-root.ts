import { existsSync } from 'node:fs';

let root: URL | undefined;

/** The folder that holds package.json, found by climbing from this file: the same answer from source and from build output. */
export function packageRoot(): URL {
  if (root !== undefined) return root;
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('../', folder);
    if (parent.href === folder.href) throw new Error('package.json of dte-webgpu not found above its own code');
    folder = parent;
  }
  root = folder;
  return folder;
}
