import { execFileSync } from 'node:child_process';
import { peersRequired } from './engines.js';

/** Why Python with these modules cannot be run; false when it can. With DTE_PEERS=required its absence fails the tests. */
export function noPython(...modules: readonly string[]): string | false {
  try {
    execFileSync('python3', ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' });
    return false;
  } catch {
    const reason = `python3 with ${modules.join(' and ')} is not installed`;
    if (peersRequired) throw new Error(reason);
    return reason;
  }
}

/** Standard output of a Python program that reads `input`. */
export function python(program: string, input: string | Uint8Array, ...args: readonly string[]): string {
  return execFileSync('python3', ['-c', program, ...args], { input, encoding: 'latin1', maxBuffer: 2 ** 28 });
}
