#!/usr/bin/env node
import type { CommanderError } from 'commander';
import { exitCodeOf, isDteError } from '../base/index.js';
import type { Run } from './commands/define.js';
import { buildProgram } from './program.js';
import { openTerminal } from './terminal/terminal.js';

// A reader that went away (`dte grib ls FILE | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70));

let showStack = false;
let signalCode: number | undefined;

const run: Run = async (command, work) => {
  const { log, quiet } = command.optsWithGlobals<{ log: string; quiet?: boolean }>();
  showStack = log === 'debug';
  const terminal = openTerminal({ level: log, quiet: quiet === true });
  try {
    await work(terminal);
    process.exitCode = terminal.exitCode;
  } finally {
    signalCode = terminal.signalCode;
    terminal.close();
  }
};

try {
  await buildProgram(run).parseAsync();
} catch (error) {
  // Not a plain return: what was opened for reading, such as standard input, would keep the process waiting.
  process.exit(finish(error));
}

/** Prints what has to be printed of a failure, once, and gives the exit code. */
function finish(error: unknown): number {
  if (signalCode !== undefined) {
    process.stderr.write('dte: interrupted; unfinished output was removed\n');
    return signalCode;
  }
  if (isHelp(error)) return error.exitCode === 0 ? 0 : 2;
  if (isBrokenPipe(error)) return 0;
  process.stderr.write(`dte: ${isDteError(error) ? error.message : `internal error: ${messageOf(error)}; --log debug shows where`}\n`);
  if (showStack) process.stderr.write(stacksOf(error));
  return exitCodeOf(error);
}

function isHelp(error: unknown): error is CommanderError {
  return error instanceof Error && 'exitCode' in error && 'code' in error && /^commander\.(help|version)/.test(String(error.code));
}

function isBrokenPipe(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error && 'syscall' in cause && 'code' in cause && cause.code === 'EPIPE';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stacksOf(error: unknown): string {
  let text = '';
  for (let at = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    text += `${text === '' ? '' : 'caused by: '}${at instanceof Error ? at.stack : String(at)}\n`;
  }
  return text;
}
