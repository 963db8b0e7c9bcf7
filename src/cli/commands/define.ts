import { type Command, type CommanderError, Option } from 'commander';
import { DteError, nearestWord } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';

/** Runs a verb's work with a terminal that the command's global options describe. */
export type Run = (command: Command, work: (terminal: Terminal) => Promise<void>) => Promise<void>;

/** Adds a command under `parent`, with our own way to refuse wrong usage. */
export function define(parent: Command, usage: string, description: string): Command {
  const command = parent.command(usage).description(description);
  refuseUsage(command);
  return command;
}

/** Wrong usage becomes `input.option` with the nearest right word, or the way to the help. */
export function refuseUsage(command: Command): void {
  command.exitOverride((error: CommanderError) => {
    if (/^commander\.(help|version)/.test(error.code)) throw error;
    const [, reason, near] = /^(?:error: )?(.*?)\s*(?:\(Did you mean (.*?)\?\))?$/s.exec(error.message) as unknown as [
      string,
      string,
      string | undefined,
    ];
    const meant = near ?? nearestOption(command, error);
    throw new DteError('input.option', reason, {
      hint: meant === undefined ? `'${pathOf(command)} --help' shows what is accepted` : `did you mean '${meant}'?`,
      cause: error,
    });
  });
}

/** Commander compares the whole of `--nmae=value`. */
function nearestOption({ options }: Command, { code, message }: CommanderError): string | undefined {
  const name = code === 'commander.unknownOption' ? /'(--[^=']+)=/.exec(message)?.[1] : undefined;
  if (name === undefined) return undefined;
  return nearestWord(
    name,
    options.flatMap(({ long }) => (long == null ? [] : [long])),
  );
}

/** Examples at the end of a help text: command line and what it does. */
export function examples(command: Command, lines: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...lines.map(([line]) => line.length));
  const text = lines.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${text}`);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** For `argParser`: a whole number from `least` to `most`. */
export function wholeNumber(option: string, least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const accepted = most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
    throw new DteError('input.option', `'${text}' is not ${accepted}`, { where: { option } });
  };
}

/** For `argParser`: numbers between slashes, `count` of them. */
export function numbers(option: string, count: number, form: string): (text: string) => readonly number[] {
  return (text) => {
    const values = text.split('/').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    if (values.length === count && values.every(Number.isFinite)) return values;
    throw new DteError(option === '--area' ? 'input.area' : 'input.option', `'${text}' is not of the form ${form}`, { where: { option } });
  };
}

export const jsonOption = (): Option => new Option('--json', 'print JSON');
export const keepGoingOption = (): Option =>
  new Option('-k, --keep-going', 'go on after a damaged or unsupported message, and say so at the end');
export const coordinatesOption = (): Option =>
  new Option(
    '--coordinates <file>',
    'positions of grids that state none: ORCA, ICON, FESOM, unstructured (npz, npy, or GRIB fields of latitude and longitude; such fields among the inputs are not looked for)',
  );
export const bitsOption = (name: string): Option =>
  new Option(`${name} <bits>`, 'bits per value, 1 to 32 (default: those of each message)').argParser(wholeNumber(name, 1, 32));
export const messageOption = (): Option =>
  new Option('--message <number>', 'number of the message in the file, from 1').argParser(wholeNumber('--message', 1));
export const fieldOption = (): Option =>
  new Option('--field <number>', 'number of the field in a message that holds several, from 1')
    .argParser(wholeNumber('--field', 1))
    .default(1);

export interface EngineFlags {
  readonly device?: string;
  readonly precision?: 'f32' | 'f64';
  readonly threads?: number;
  readonly profile?: true;
}

/** The options of every command that computes. */
export function engineFlags(command: Command, precision: 'f32' | 'f64' = 'f32'): Command {
  return command
    .option('--device <name>', 'auto, gpu, cpu, software, or part of an adapter name (default: DTE_DEVICE, else auto)')
    .addOption(new Option('--precision <type>', 'f32, or f64 on the processor').choices(['f32', 'f64']).default(precision))
    .addOption(
      new Option('--threads <number>', 'worker threads (default: DTE_THREADS, else all cores)').argParser(wholeNumber('--threads', 1)),
    )
    .option('--profile', 'time, bytes and bandwidth of every kernel, on standard error');
}
