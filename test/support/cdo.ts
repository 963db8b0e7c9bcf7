import { execFileSync } from 'node:child_process';
import { peersRequired } from './engines.js';

/** Whether CDO can be run. With DTE_PEERS=required its absence fails the tests instead of skipping them. */
export const noCdo = ((): string | false => {
  try {
    execFileSync('cdo', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    if (peersRequired) throw new Error('CDO is required and not installed');
    return 'CDO is not installed';
  }
})();

/** Standard output of a quiet run of CDO. */
export function cdo(...options: readonly string[]): string {
  return execFileSync('cdo', ['-s', ...options], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
}
