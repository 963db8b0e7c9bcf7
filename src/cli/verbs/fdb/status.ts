import { DteError } from '../../../base/index.js';
import { type Control, formatKey, type DatabaseStatus } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { type RequestOptions, type ToolRequest, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface StatusOptions extends RequestOptions {
  readonly json?: true;
}

export interface ControlOptions extends StatusOptions {
  readonly isLocking: boolean;
  readonly list?: true;
  readonly retrieve?: true;
  readonly archive?: true;
  readonly wipe?: true;
}

/** In the order in which upstream prints them. */
const printed = ['retrieve', 'archive', 'list', 'wipe'] as const;

/** The databases that match, and their locks. */
export async function fdbStatus(terminal: Terminal, args: readonly string[], options: StatusOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  await withStore(terminal, 'status', options, (store) =>
    printStatus(terminal, requests, options, ({ selection }) => store.status(selection, visiting(terminal, options))),
  );
}

/** Locks or unlocks, and shows what is then locked. */
export async function fdbControl(terminal: Terminal, args: readonly string[], options: ControlOptions): Promise<void> {
  const controls = printed.filter((control) => options[control] === true);
  const verb = options.isLocking ? 'lock' : 'unlock';
  if (controls.length === 0) {
    throw new DteError('input.option', `nothing to ${verb} is named`, {
      hint: 'give one or more of --list, --retrieve, --archive, --wipe',
    });
  }
  const requests = await toolRequests(terminal, args, options);
  await withStore(terminal, verb, options, (store) =>
    printStatus(terminal, requests, options, ({ selection }) =>
      store.control(selection, { action: verb, controls }, visiting(terminal, options)),
    ),
  );
}

async function printStatus(
  terminal: Terminal,
  requests: readonly ToolRequest[],
  { json }: StatusOptions,
  databasesOf: (request: ToolRequest) => AsyncIterable<DatabaseStatus>,
): Promise<void> {
  const objects: object[] = [];
  for (const request of requests) {
    for await (const status of databasesOf(request)) {
      if (json === true) objects.push(statusFacts(status));
      else await terminal.print(statusText(status));
    }
  }
  if (json === true) await terminal.print(`${JSON.stringify(objects)}\n`);
}

function statusText({ key, path, locks }: DatabaseStatus): string {
  const lines = printed.filter((control) => locks.has(control)).map((control) => `  ${control}: LOCKED\n`);
  return `Database: ${formatKey(key)}\n  location: ${path}\n${lines.join('')}`;
}

function statusFacts({ key, path, locks }: DatabaseStatus): object {
  const locked: readonly Control[] = printed.filter((control) => locks.has(control));
  return { key: Object.fromEntries(key), location: path, locked };
}
