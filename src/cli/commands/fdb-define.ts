import type { Command } from 'commander';
import { define } from './define.js';

/** Keywords that a request must have before a tool looks at the whole store. */
export const fewKeys = 'class,expver';
/** Those for verbs that remove or change. */
export const manyKeys = 'class,expver,stream,date,time';

/** A verb of the store. */
export function fdbVerb(fdb: Command, usage: string, description: string): Command {
  return define(fdb, usage, description).option(
    '--config <file>',
    'configuration: a file, or YAML or JSON text (default: FDB_CONFIG, FDB_CONFIG_FILE, FDB_HOME/etc/fdb, else our own root)',
  );
}

/** A verb that takes requests. `minimum` undefined: it works without any request's keyword. */
export function requestVerb(fdb: Command, name: string, minimum: string | undefined, description: string): Command {
  const verb = fdbVerb(fdb, name, description)
    .argument('[requests...]', 'requests such as class=rd,expver=xywz,step=0/to/24/by/6; missing keywords accept anything')
    .option('--raw', 'take values as they are, without expansion and checks')
    .option('--ignore-errors', 'report what is damaged and go on')
    .option('--all', `everything there is${minimum === undefined ? '' : ', with --minimum-keys='}`);
  return minimum === undefined ? verb : verb.option('--minimum-keys <keyword,...>', 'keywords that every request must have', minimum);
}

/** A verb that only tells what it would do, until told to do it. */
export function cautious(verb: Command, work: string): Command {
  return verb.option('--doit', work);
}
