// The command line as it is declared (in this process), and what wrong usage leads to (in processes of its own).
import type { Command } from 'commander';
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { buildProgram } from '../../src/cli/program.js';
import { dteProcess as dte } from './dte.js';

const commandsOf = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commandsOf)];

/** Parses without running anything; the options that the verb would get, or the error. */
async function parsed(...args: string[]): Promise<unknown> {
  let options: unknown;
  const program = buildProgram(async (command) => {
    options = command.opts();
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return options;
  } catch (error) {
    return error;
  }
}

t.test('every command explains itself with examples', async (t) => {
  const commands = commandsOf(buildProgram(async () => {}));
  t.ok(commands.length > 15, 'all verbs are there');
  for (const command of commands) {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) });
    command.outputHelp();
    t.match(text, /Usage: dte/, command.name());
    t.match(text, /\nExamples:\n {2}(\S+ )*dte /, `${command.name()} has examples`);
    t.ok(command.description().length > 10, `${command.name()} says what it does`);
  }
});

t.test('help and version end well, on standard output', async (t) => {
  const [help, verb, version] = await Promise.all([dte(['--help']), dte(['grib', 'ls', '--help']), dte(['--version'])]);
  t.equal(help.code, 0);
  t.match(help.stdout.toString(), /regrid/);
  t.equal(verb.code, 0);
  t.match(verb.stdout.toString(), /--where/);
  t.equal(version.code, 0);
  t.match(version.stdout.toString(), /^\d+\.\d+\.\d+\n$/);
});

t.test('without a verb the help is shown and the exit code is 2', async (t) => {
  const { code, stdout, stderr } = await dte(['grib']);
  t.equal(code, 2);
  t.equal(stdout.length, 0);
  t.match(stderr, /Usage: dte grib/);
});

t.test('an unknown command or option is answered with the nearest one and exit code 2', async (t) => {
  const cases: [string[], string][] = [
    [['regird', 'x'], "dte: unknown command 'regird'; did you mean 'regrid'?\n"],
    [['grib', 'lss', 'x'], "dte: unknown command 'lss'; did you mean 'ls'?\n"],
    [['grib', 'ls', '--jsn', 'x'], "dte: unknown option '--jsn'; did you mean '--json'?\n"],
    [['grid', 'O32', '--zzzzzzzz'], "dte: unknown option '--zzzzzzzz'; 'dte grid --help' shows what is accepted\n"],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await dte(args);
    t.equal(code, 2, args.join(' '));
    t.equal(stderr, expected);
  }
});

t.test('option values are checked before anything is opened', async (t) => {
  const refused: [string[], RegExp][] = [
    [
      ['grib', 'set-packing', 'x', '-o', 'y', '--packing', 'simple', '--bits', '33'],
      /'33' is not a whole number from 1 to 32 \(option --bits\)/,
    ],
    [
      ['regrid', 'x', '-o', 'y', '--grid', '1/1', '--accuracy', '0'],
      /'0' is not a value of --accuracy \(option --accuracy\); accepted: a whole number from 1 to 32/,
    ],
    [['regrid', 'x', '-o', 'y', '--grid', '1/1', '--packing', 'png'], /'png' is not a value of --packing.*keep, simple, ccsds/],
    [['regrid', 'x', '-o', 'y', '--frame', '1.5'], /'1.5' is not a value of --frame.*a whole number from 1/],
    [['regrid', 'x', '-o', 'y', '--area', '1/2/3'], /'1\/2\/3' is not a value of --area.*N\/W\/S\/E/],
    [['grib', 'values', 'x'], /'--message <number>' not specified/],
    [['grib', 'values', 'x', '--message', '0'], /'0' is not a whole number from 1/],
    [['grib', 'values', 'x', '--message', '1.5'], /'1.5' is not a whole number from 1/],
    [['plot', 'x', '-o', 'y', '--area', '1/2/3'], /'1\/2\/3' is not of the form N\/W\/S\/E/],
    [['plot', 'x', '-o', 'y', '--width', '12'], /'12' is not a whole number from 200 to 8192/],
    [['--log', 'loud', 'info'], /'loud' is invalid.*debug, info, warn, error, silent/],
    [['grid', 'O32', 'O64'], /too many arguments/],
  ];
  for (const [args, message] of refused) {
    const error = await parsed(...args);
    t.ok(isDteError(error), args.join(' '));
    t.match((error as Error).message, message);
  }
});

t.test('negative coordinates are values, not options', async (t) => {
  t.strictSame(((await parsed('plot', 'x', '-o', 'y', '--area', '-10/-20/-30/40')) as { area: unknown }).area, [-10, -20, -30, 40]);
});
