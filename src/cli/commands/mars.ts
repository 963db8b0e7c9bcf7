import { type Command, Option } from 'commander';
import { define, examples, jsonOption, type Run } from './define.js';

const request = '[request]';
const requestHelp = 'a file of requests, the text of requests, or - for standard input';
const inheritOption = (): Option => new Option('--no-inherit', 'only bring values to canonical form; add no defaults');
const strictOption = (): Option => new Option('--strict', 'refuse keywords that have no place beside the others, rather than drop them');
const todayOption = (): Option => new Option('--today <date>', 'the day that 0, -1, ... count from (default: today, UTC)');

export function registerMars(program: Command, run: Run): void {
  const mars = define(program, 'mars', 'Read, check and expand requests in the MARS language.');
  for (const add of [addExpand, addParse, addCheck]) add(mars, run);
  examples(mars, [
    ['dte mars expand retrieve,param=2t,levtype=sfc,date=-1', 'with all defaults'],
    ['dte mars expand --flatten --no-inherit job.req', 'every field of a request file, one a line'],
    ['dte mars check job.req', 'are the requests valid'],
  ]);
}

function addExpand(mars: Command, run: Run): void {
  const expand = define(mars, 'expand', 'Expand requests: aliases, ranges, dates, parameters, defaults.')
    .argument(request, requestHelp, '-')
    .addOption(inheritOption())
    .addOption(strictOption())
    .option('--flatten', 'print every single field, one a line')
    .addOption(todayOption())
    .addOption(jsonOption())
    .action((input: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { marsExpand } = await import('../verbs/mars-expand.js');
        await marsExpand(terminal, input, options);
      }),
    );
  examples(expand, [
    ['dte mars expand retrieve,step=0/to/24/by/6,date=20240101', 'with all defaults, as a client of MARS sends it'],
    ['dte mars expand --no-inherit retrieve,step=0/to/24/by/6', 'without, as the tools of FDB read it'],
    ['dte mars expand --json - < job.req', 'as JSON, from standard input'],
  ]);
}

function addParse(mars: Command, run: Run): void {
  const parse = define(mars, 'parse', 'Print requests in normal form, as they are written: nothing is looked up or filled in.')
    .argument(request, requestHelp, '-')
    .addOption(jsonOption())
    .action((input: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { marsParse } = await import('../verbs/mars-parse.js');
        await marsParse(terminal, input, options);
      }),
    );
  examples(parse, [['dte mars parse job.req', 'one keyword a line']]);
}

function addCheck(mars: Command, run: Run): void {
  const check = define(mars, 'check', 'Check every request and say how many fields it asks for. Errors end with exit code 2.')
    .argument(request, requestHelp, '-')
    .addOption(inheritOption())
    .addOption(strictOption())
    .addOption(todayOption())
    .addOption(jsonOption())
    .action((input: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { marsCheck } = await import('../verbs/mars-check.js');
        await marsCheck(terminal, input, options);
      }),
    );
  examples(check, [
    ['dte mars check job.req', 'a line for each request'],
    ['dte mars check --strict job.req', 'also refuses what would be dropped'],
  ]);
}
