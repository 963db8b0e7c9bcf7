import type { Command } from 'commander';
import { define, examples, jsonOption, type Run } from './define.js';

export function registerCache(program: Command, run: Run): void {
  const cache = define(program, 'cache', 'The stored interpolation weights.');
  define(cache, 'ls', 'List the stored weights, longest unused first.')
    .addOption(jsonOption())
    .action((options, command: Command) =>
      run(command, async (terminal) => {
        const { cacheLs } = await import('../verbs/cache.js');
        await cacheLs(terminal, options);
      }),
    );
  define(cache, 'rm', 'Remove stored weights; they are made again when needed.')
    .argument('[names...]', 'names as `dte cache ls` shows them, or their beginnings')
    .option('--all', 'remove everything')
    .addOption(jsonOption())
    .action((names: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { cacheRm } = await import('../verbs/cache.js');
        await cacheRm(terminal, names, options);
      }),
    );
  for (const command of [cache, ...cache.commands]) {
    examples(command, [
      ['dte cache ls', 'names, sizes, last use'],
      ['dte cache rm --all', 'start afresh'],
    ]);
  }
}
