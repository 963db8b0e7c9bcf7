import { type Command, Option } from 'commander';
import { examples, jsonOption, type Run } from './define.js';
import { fdbVerb, fewKeys, manyKeys, requestVerb } from './fdb-define.js';

/** Verbs that look into the files of databases, and mend them. */
export function addDatabase(fdb: Command, run: Run): void {
  for (const add of [addDump, addDumpToc, addDumpIndex, addCheck, addIndex, addReconsolidate, addReindex]) add(fdb, run);
}

function addDump(fdb: Command, run: Run): void {
  const dump = requestVerb(fdb, 'dump', undefined, 'The records of the tables of contents of the databases that match.')
    .option('--simple', 'one line a record')
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbDump } = await import('../verbs/fdb/dump.js');
        await fdbDump(terminal, requests, options);
      }),
    );
  examples(dump, [['dte fdb dump --simple class=rd,expver=xywz', 'one line a record']]);
}

function addDumpToc(fdb: Command, run: Run): void {
  const dumpToc = fdbVerb(fdb, 'dump-toc', 'The records of a table of contents, one line each.')
    .argument('<paths...>', 'toc files, or folders of databases')
    .option('--walk', 'go into sub-tocs')
    .action((paths: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbDumpToc } = await import('../verbs/fdb/dump-toc.js');
        await fdbDumpToc(terminal, paths, options);
      }),
    );
  examples(dumpToc, [['dte fdb dump-toc /r1/rd:xywz:oper:20240101:0000:g/toc', 'of one database']]);
}

function addDumpIndex(fdb: Command, run: Run): void {
  const dumpIndex = fdbVerb(fdb, 'dump-index', 'The entries of index files, with the records that name them.')
    .argument('<paths...>', 'index files inside their database')
    .action((paths: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbDumpIndex } = await import('../verbs/fdb/dump-index.js');
        await fdbDumpIndex(terminal, paths, options);
      }),
    );
  examples(dumpIndex, [["dte fdb dump-index '/r1/rd:xywz:oper:20240101:0000:g/'*.index", 'all of one database']]);
}

function addCheck(fdb: Command, run: Run): void {
  const check = requestVerb(fdb, 'check', fewKeys, 'Walk every record, tree and message of the databases that match.')
    .option('--repair', 'mend what can be mended without losing a field')
    .option('--adopt', 'with --repair: whole messages that were never flushed become visible')
    .addOption(new Option('--messages <what>', 'what of each message is looked at').choices(['none', 'ends', 'keys']).default('ends'))
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbCheck } = await import('../verbs/fdb/check.js');
        await fdbCheck(terminal, requests, options);
      }),
    );
  examples(check, [
    ['dte fdb check class=rd,expver=xywz', 'exit code 5 when something is damaged'],
    ['dte fdb check --repair class=rd,expver=xywz', 'cut torn tails, hide what cannot be read'],
  ]);
}

function addIndex(fdb: Command, run: Run): void {
  const index = requestVerb(fdb, 'index', fewKeys, 'Make the files that reading parts of fields needs, for fields that lack them.')
    .option('--force', 'make them anew')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbIndex } = await import('../verbs/fdb/jump-index.js');
        await fdbIndex(terminal, requests, options);
      }),
    );
  examples(index, [['dte fdb index class=rd,expver=xywz', 'FILE.data.gribjump beside each FILE.data']]);
}

function addReconsolidate(fdb: Command, run: Run): void {
  const reconsolidate = fdbVerb(fdb, 'reconsolidate', 'Rewrite all indexes of a database into one for each group, and hide the old ones.')
    .argument('<paths...>', 'folders of databases')
    .addOption(jsonOption())
    .alias('reconsolidate-toc')
    .action((paths: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbReconsolidate } = await import('../verbs/fdb/reconsolidate.js');
        await fdbReconsolidate(terminal, paths, options);
      }),
    );
  examples(reconsolidate, [['dte fdb reconsolidate /r1/rd:xywz:oper:20240101:0000:g', 'faster listings after many flushes']]);
}

function addReindex(fdb: Command, run: Run): void {
  const reindex = requestVerb(fdb, 'reindex', manyKeys, 'Index the fields that match in another store, without copying them.')
    .requiredOption('--to <file>', 'configuration of the store that is to have them; its schema may be another')
    .option('--expver <expver>', 'the experiment under which they are indexed')
    .option('--class <class>', 'the class under which they are indexed')
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbReindex } = await import('../verbs/fdb/reindex.js');
        await fdbReindex(terminal, requests, options);
      }),
    );
  examples(reindex, [
    ['dte fdb reindex --to=new.yaml class=rd,expver=xywz,stream=oper,date=20240101,time=0000', 'under a new schema; the data files stay'],
  ]);
}
