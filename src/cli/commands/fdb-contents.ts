import { type Command, Option } from 'commander';
import { examples, jsonOption, type Run, wholeNumber } from './define.js';
import { fdbVerb, fewKeys, requestVerb } from './fdb-define.js';

/** Verbs that tell what is in a store. */
export function addContents(fdb: Command, run: Run): void {
  for (const add of [addList, addAxes, addWhere, addStats, addStatus, addInfo, addSchema, addRoot]) add(fdb, run);
}

const porcelain = (): Option => new Option('--porcelain', 'only the data, in a form that stays as it is, for other programs');
const depth = (): Option =>
  new Option('--depth <level>', '1: databases, 2: and their groups, 3: and their fields')
    .argParser(wholeNumber('--depth', 1, 3))
    .default(3);

function addList(fdb: Command, run: Run): void {
  const list = requestVerb(fdb, 'list', fewKeys, 'List the fields that match, newest index first.')
    .option('--location', 'and where each field lies')
    .option('--length', 'and its length in octets (shown without --location and --porcelain anyway)')
    .option('--timestamp', 'and when it was flushed, in seconds since 1970')
    .option('--full', 'also those that a later archive hides')
    .option('--only-duplicates', 'only those that a later archive hides')
    .option('--compact', 'as requests that cover the fields exactly')
    .addOption(depth())
    .addOption(porcelain())
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbList } = await import('../verbs/fdb/list.js');
        await fdbList(terminal, requests, options);
      }),
    );
  examples(list, [
    ['dte fdb list class=rd,expver=xywz', 'one line a field'],
    ['dte fdb list --location class=rd,expver=xywz,step=0', 'and file, offset, length'],
    ['dte fdb list --minimum-keys= --depth 1 class=rd', 'the databases'],
    ['dte fdb list --json class=rd,expver=xywz', 'an array of {keys, length}'],
  ]);
}

function addAxes(fdb: Command, run: Run): void {
  const axes = requestVerb(fdb, 'axes', fewKeys, 'The values that each keyword has among the fields that match.')
    .option('--level <level>', 'keywords of levels 1 to this one (default: 3)', wholeNumber('--level', 1, 3))
    .addOption(porcelain())
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbAxes } = await import('../verbs/fdb/axes.js');
        await fdbAxes(terminal, requests, options);
      }),
    );
  examples(axes, [['dte fdb axes class=od,expver=0001,stream=oper', 'which dates, steps, params, ... there are']]);
}

function addWhere(fdb: Command, run: Run): void {
  const where = requestVerb(fdb, 'where', fewKeys, 'The folders of the databases that match.')
    .addOption(porcelain())
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbWhere } = await import('../verbs/fdb/where.js');
        await fdbWhere(terminal, requests, options);
      }),
    );
  examples(where, [['dte fdb where class=rd,expver=xywz', 'a folder a line']]);
}

function addStats(fdb: Command, run: Run): void {
  const stats = requestVerb(fdb, 'stats', fewKeys, 'Counts and sizes: fields, duplicates, files.')
    .option('--details', 'for each database, too')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbStats } = await import('../verbs/fdb/stats.js');
        await fdbStats(terminal, requests, options);
      }),
    );
  examples(stats, [['dte fdb stats --details class=rd,expver=xywz', 'each database and the sum']]);
}

function addStatus(fdb: Command, run: Run): void {
  const status = requestVerb(fdb, 'status', fewKeys, 'The databases that match and what they are locked for.')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbStatus } = await import('../verbs/fdb/status.js');
        await fdbStatus(terminal, requests, options);
      }),
    );
  examples(status, [['dte fdb status class=rd,expver=xywz', 'folder and locks']]);
}

function addInfo(fdb: Command, run: Run): void {
  const info = fdbVerb(fdb, 'info', 'Version, configuration, schema and roots in force.')
    .option('--all', 'everything (the default)')
    .option('--home', 'only the home folder')
    .option('--schema', 'only the file of the schema')
    .option('--config-file', 'only where the configuration is from')
    .addOption(jsonOption())
    .action((options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbInfo } = await import('../verbs/fdb/info.js');
        await fdbInfo(terminal, options);
      }),
    );
  examples(info, [['dte fdb info', 'what an fdb verb would work on, here and now']]);
}

function addSchema(fdb: Command, run: Run): void {
  const schema = fdbVerb(fdb, 'schema', 'Check a schema and print it in its normal form.')
    .argument('[files...]', "schema files (default: the configuration's)")
    .action((files: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbSchema } = await import('../verbs/fdb/schema.js');
        await fdbSchema(terminal, files, options);
      }),
    );
  examples(schema, [['dte fdb schema my.schema', 'its rules; a mistake is told with its line']]);
}

function addRoot(fdb: Command, run: Run): void {
  const root = fdbVerb(fdb, 'root', 'The database that a request belongs to: its key, its rule, its folder if it exists.')
    .argument('<requests...>', 'requests with all keywords of a database')
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbRoot } = await import('../verbs/fdb/root.js');
        await fdbRoot(terminal, requests, options);
      }),
    );
  examples(root, [['dte fdb root class=rd,expver=xywz,stream=oper,date=20240101,time=0000,domain=g', 'rule and folder']]);
}
