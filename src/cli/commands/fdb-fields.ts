import type { Command } from 'commander';
import { examples, jsonOption, type Run, wholeNumber } from './define.js';
import { fdbVerb } from './fdb-define.js';
import { addZarr } from './fdb-zarr.js';

/** Verbs that move fields in and out. */
export function addFields(fdb: Command, run: Run): void {
  for (const add of [addWrite, addRead, addExtract, addZarr, addHammer]) add(fdb, run);
}

function addWrite(fdb: Command, run: Run): void {
  const write = fdbVerb(fdb, 'write', 'Archive the messages of GRIB files. They appear to readers together, at the end of each file.')
    .argument('<files...>', 'GRIB files, patterns, or - for standard input')
    .option('--include-filter <key=value/...,...>', 'only messages with these values')
    .option('--exclude-filter <key=value/...,...>', 'no messages with all of these values')
    .option('--modifiers <key=value,...>', 'keys to set in each message before it is archived')
    .option('--statistics', 'times of archiving and flushing')
    .option('--verbose', 'the key of each message')
    .addOption(jsonOption())
    .action((files: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbWrite } = await import('../verbs/fdb/write.js');
        await fdbWrite(terminal, files, options);
      }),
    );
  examples(write, [
    ['dte fdb write forecast.grib', 'all messages'],
    ['dte fdb write --modifiers=class=rd,expver=xywz forecast.grib', 'under another experiment'],
    ['dte fdb write --include-filter=levtype=pl,param=129/130 forecast.grib', 'a selection'],
    ['cat *.grib | dte fdb write -', 'from a pipe'],
  ]);
}

function addRead(fdb: Command, run: Run): void {
  const read = fdbVerb(fdb, 'read', 'Read fields into a GRIB file. Fields that are asked for and not there are told, with exit code 4.')
    .argument('<request>', 'file with MARS requests, a request as text (class=rd,...), or - for standard input')
    .argument('<target>', 'GRIB file to write, or - for standard output')
    .option('--extract', 'the request is a GRIB file: read the fields that its messages name')
    .option('--raw', 'take values as they are, without expansion and checks')
    .option('--allow-missing', 'fields that are not there are no failure')
    .option('--in-storage-order', 'as they lie on disk, not as they are asked for')
    .option('--statistics', 'time and rate')
    .addOption(jsonOption())
    .action((request: string, target: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbRead } = await import('../verbs/fdb/read.js');
        await fdbRead(terminal, request, target, options);
      }),
    );
  examples(read, [
    ['dte fdb read request.mars out.grib', 'the requests of a file'],
    ['dte fdb read class=rd,expver=xywz,...,param=t,levelist=500/850 - | dte grib ls -', 'through a pipe'],
    ['dte fdb read --extract in.grib out.grib', 'the same fields as in a file'],
  ]);
}

function addExtract(fdb: Command, run: Run): void {
  const extract = fdbVerb(fdb, 'extract', 'Values at places or indices of many fields, without reading the rest of them.')
    .argument('<request>', 'file with MARS requests, a request as text (class=rd,...), or - for standard input')
    .option('--points <lat/lon,...>', 'at the grid points nearest to these places, in degrees; or a CSV file with lat and lon')
    .option('--indices <number,...>', 'at these indices, from 0, in the order of the message')
    .option('--ranges <start-end,...>', 'at these ranges of indices; the end of a range is not in it')
    .option('--raw', 'take values as they are, without expansion and checks')
    .option('--allow-missing', 'fields that are not there are no failure')
    .option('--no-lazy', 'refuse fields that dte fdb index has not seen, rather than read them once as a whole')
    .option('--grid-hash <hash>', 'refuse fields on another grid than this one (md5GridSection)')
    .option('--threads <number>', 'worker threads (default: all cores)', wholeNumber('--threads', 1))
    .option('--csv', 'print CSV, a line for each value; one that is missing is empty')
    .addOption(jsonOption())
    .action((request: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbExtract } = await import('../verbs/fdb/extract.js');
        await fdbExtract(terminal, request, options);
      }),
    );
  examples(extract, [
    ['dte fdb extract class=rd,expver=xywz,...,step=0/to/240/by/6,param=2t --points 48.2/16.4', 'a time series'],
    ['dte fdb extract request.mars --points stations.csv --csv', 'a table of stations'],
    ['dte fdb extract request.mars --ranges 0-100,500-600 --json', 'parts of fields'],
  ]);
}

function addHammer(fdb: Command, run: Run): void {
  const count = (option: string, least = 0): ((text: string) => number) => wholeNumber(option, least);
  const hammer = fdbVerb(fdb, 'hammer', 'Archive or read many copies of one field, and tell how fast that was.')
    .argument('<grib>', 'GRIB file; its first message is the template')
    .requiredOption('--expver <expver>', 'experiment to write to')
    .requiredOption('--class <class>', 'class to write to')
    .requiredOption('--nsteps <number>', 'steps', count('--nsteps', 1))
    .option('--nensembles <number>', 'ensemble members', count('--nensembles', 1), 1)
    .requiredOption('--nlevels <number>', 'levels', count('--nlevels', 1))
    .requiredOption('--nparams <number>', 'parameters', count('--nparams', 1))
    .option('--number <number>', 'the first ensemble member', count('--number'), 1)
    .option('--step <number>', 'the first step', count('--step'), 0)
    .option('--level <number>', 'the first level', count('--level'), 1)
    .option('--read', 'read rather than write')
    .option('--list', 'list rather than write')
    .option('--md-check', 'put the key of each field into its values; --read compares it')
    .option('--full-check', 'put key and a checksum into the values; --read compares them')
    .option('--statistics', 'counts and times of archiving and flushing')
    .option('--verbose', 'each field')
    .addOption(jsonOption())
    .action((grib: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbHammer } = await import('../verbs/fdb/hammer.js');
        await fdbHammer(terminal, grib, options);
      }),
    );
  const size = '--class=rd --expver=hm01 --nsteps=20 --nensembles=10 --nlevels=10 --nparams=5';
  examples(hammer, [
    [`dte fdb hammer --statistics ${size} in.grib`, '10 000 fields, a flush each 50'],
    [`dte fdb hammer --read ${size} in.grib`, 'the same fields back'],
  ]);
}
