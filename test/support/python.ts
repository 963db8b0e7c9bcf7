import { execFileSync } from 'node:child_process';
import { peersRequired } from './engines.js';

/** Interpreters in which a module may be installed: the first on the path, and that of the distribution. */
const interpreters = ['python3', '/usr/bin/python3'];

/** A Python that has all of these modules. */
export interface Python {
  /** Why there is none; false when there is. */
  readonly absent: string | false;
  /** Standard output of a program that reads `input`. */
  run(program: string, input: string | Uint8Array, ...args: readonly string[]): string;
}

/** With DTE_PEERS=required the absence fails the tests, unless the modules are `optional`: seldom installed, and another test does without. */
export function pythonWith(modules: readonly string[], { optional = false } = {}): Python {
  const found = interpreters.find((interpreter) => {
    try {
      execFileSync(interpreter, ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  const absent = found === undefined && `python3 with ${modules.join(' and ')} is not installed`;
  if (absent !== false && peersRequired && !optional) throw new Error(absent);
  return {
    absent,
    run: (program, input, ...args) =>
      execFileSync(found ?? 'python3', ['-c', program, ...args], { input, encoding: 'latin1', maxBuffer: 2 ** 28 }),
  };
}
