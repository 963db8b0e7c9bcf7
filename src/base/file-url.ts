import { pathToFileURL } from 'node:url';

/** The address of a file; a relative path starts from the folder that the process works in. */
export function fileUrl(path: string): URL {
  return pathToFileURL(path);
}
