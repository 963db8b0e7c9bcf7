import { pluginKinds } from '../kinds.js';
import type { Entry } from './document.js';

/** What a file can be known by. A module without a stated kind runs apart: it is trusted only where a configuration says so. */
const kindsByEnding: readonly (readonly [RegExp, string])[] = [
  [/\.(wgsl|ya?ml)$/, 'kernel'],
  [/\.([cm]?js|ts)$/, 'worker'],
  [/\.py$/, 'process'],
  [/\.onnx$/, 'infero'],
];

/** The kind that a plugin states, or that its file has. */
export function kindOf(stated: Entry | undefined, lib: string, plugin: Entry): string {
  const kinds = [...pluginKinds.keys()];
  if (stated !== undefined) return stated.oneOf(kinds);
  const found = kindsByEnding.find(([ending]) => ending.test(lib))?.[1];
  if (found !== undefined) return found;
  throw plugin.missing('kind', `'${lib}' does not tell what it is; state kind: ${kinds.join(', ')}`);
}
