import type { Command } from 'commander';
import { define, examples, jsonOption, type Run } from './define.js';

export function registerInfo(program: Command, run: Run): void {
  const info = define(program, 'info', 'Show the version, the machine, its adapters, and what auto would choose.')
    .addOption(jsonOption())
    .option('--bandwidth', 'measure the copy bandwidth of what auto chooses')
    .action((options, command: Command) =>
      run(command, async (terminal) => {
        const { info } = await import('../verbs/info.js');
        await info(terminal, options);
      }),
    );
  examples(info, [
    ['dte info', 'a summary'],
    ['DTE_DEVICE=software dte info --bandwidth', 'the same for one device, with its bandwidth'],
  ]);
}
