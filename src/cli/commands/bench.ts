import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DteError } from '../../base/index.js';
import { packageRoot } from '../../base/node.js';
import { define, examples, type Run } from './define.js';

export function registerBench(program: Command, run: Run): void {
  const bench = define(program, 'bench', 'Measure decoding, encoding, weights, regridding and whole commands (in a checkout).')
    .argument('[args...]', 'passed on to the bench')
    .allowUnknownOption()
    .action((args: string[], _options, command: Command) =>
      run(command, async () => {
        // Benches are not part of the published package.
        const main = new URL('build/bench/main.js', packageRoot());
        if (!existsSync(main))
          throw new DteError('absent.module', 'the benches are not built here', { hint: 'run npm run bench in a checkout' });
        process.argv = [process.argv[0] as string, fileURLToPath(main), ...args];
        await import(main.href);
      }),
    );
  examples(bench, [['dte bench', 'everything']]);
}
