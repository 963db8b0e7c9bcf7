import { sha256Hex } from '../base/index.js';
import type { GridSpec } from './grid.js';

/**
 * The first 32 hexadecimal digits of SHA-256 over `dte-grid-1` and the canonical spec as JSON with sorted keys. The spec
 * holds no computed transcendental number beyond 10 decimals, so engines with different sine functions agree.
 */
export function gridHash(spec: GridSpec): string {
  const sorted = Object.fromEntries(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sha256Hex(`dte-grid-1 ${JSON.stringify(sorted)}`).slice(0, 32);
}
