import { type Command, Option } from 'commander';
import {
  bitsOption,
  define,
  engineFlags,
  examples,
  fieldOption,
  jsonOption,
  keepGoingOption,
  messageOption,
  type Run,
  wholeNumber,
} from './define.js';

const files = '<files...>';
const filesHelp = 'GRIB files, patterns, or - for standard input';
const whereOption = (): Option =>
  new Option('-w, --where <key=value,...>', "only messages for which all hold; 'key=a/b' and 'key!=a' are understood");
const outputOption = (text: string): Option => new Option('-o, --output <file>', text).makeOptionMandatory();

export function registerGrib(program: Command, run: Run): void {
  const grib = define(program, 'grib', 'List, copy and decode GRIB files, editions 1 and 2.');
  for (const add of [addLs, addGet, addDump, addCopy, addSetPacking, addValues]) add(grib, run);
  examples(grib, [
    ['dte grib ls in.grib', 'one line a field'],
    ['dte grib copy -w shortName=t,level=850 in.grib -o t850.grib', 'a selection'],
    ['dte grib values in.grib --message 2 --precision f64 --format npy -o v.npy', 'decoded values'],
  ]);
}

function addLs(grib: Command, run: Run): void {
  const ls = define(grib, 'ls', 'List the fields of GRIB files, one line each.')
    .argument(files, filesHelp)
    .option('-p, --keys <key,...>', 'the keys to list, by their ecCodes names')
    .option('-n, --namespace <name>', 'list the keys of a namespace: ls, mars, parameter, time, vertical, geography')
    .option('-m, --mars', 'list the MARS keys')
    .addOption(whereOption())
    .addOption(jsonOption())
    .addOption(keepGoingOption())
    .action((inputs: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { gribLs } = await import('../verbs/grib-ls.js');
        await gribLs(terminal, inputs, options);
      }),
    );
  examples(ls, [
    ['dte grib ls in.grib', 'edition, centre, date, level, shortName, packing, ...'],
    ['dte grib ls -p shortName,level,offset -w levtype=pl in.grib', 'chosen keys of chosen fields'],
    ["dte grib ls -m 'data/*.grib2'", 'the MARS keys of many files'],
    ['dte grib ls --json in.grib', 'an array of objects'],
  ]);
}

function addGet(grib: Command, run: Run): void {
  const get = define(grib, 'get', 'Print the values of keys, one line a field. A key that a field has not is an error.')
    .argument(files, filesHelp)
    .requiredOption('-p, --keys <key,...>', 'the keys, by their ecCodes names')
    .addOption(whereOption())
    .addOption(jsonOption())
    .addOption(keepGoingOption())
    .action((inputs: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { gribGet } = await import('../verbs/grib-get.js');
        await gribGet(terminal, inputs, options);
      }),
    );
  examples(get, [['dte grib get -p shortName,dataDate in.grib', 'two words a line']]);
}

function addDump(grib: Command, run: Run): void {
  const dump = define(grib, 'dump', 'Show every key of every section with its octets.')
    .argument('<file>', 'GRIB file, or - for standard input')
    .addOption(messageOption())
    .addOption(jsonOption())
    .action((input: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { gribDump } = await import('../verbs/grib-dump.js');
        await gribDump(terminal, input, options);
      }),
    );
  examples(dump, [['dte grib dump in.grib --message 3', 'the third message']]);
}

function addCopy(grib: Command, run: Run): void {
  const copy = define(grib, 'copy', 'Copy messages octet by octet, all or a selection, into one file or many.')
    .argument(files, filesHelp)
    .addOption(outputOption('output file, or -; a key in brackets makes a file for each of its values'))
    .addOption(whereOption())
    .addOption(jsonOption())
    .addOption(keepGoingOption())
    .action((inputs: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { gribCopy } = await import('../verbs/grib-copy.js');
        await gribCopy(terminal, inputs, options);
      }),
    );
  examples(copy, [
    ['dte grib copy -w shortName=t/u/v in.grib -o tuv.grib', 'a selection'],
    ["dte grib copy in.grib -o 'out/[shortName]_[level].grib'", 'a file for each parameter and level'],
    ['dte grib copy --keep-going damaged.grib -o good.grib', 'what can be saved of a damaged file'],
  ]);
}

function addSetPacking(grib: Command, run: Run): void {
  const setPacking = define(
    grib,
    'set-packing',
    'Write the same fields with another packing or another number of bits. Grid and headers stay as they are.',
  )
    .argument(files, filesHelp)
    .addOption(outputOption('output file, or -'))
    .addOption(
      new Option('--packing <name>', 'the packing to write; complex is for spectral fields, ccsds for grids')
        .choices(['simple', 'ccsds', 'complex', 'keep'])
        .makeOptionMandatory(),
    )
    .addOption(bitsOption('--bits'))
    .addOption(new Option('--subset <JS>', 'spectral fields: coefficients up to this n stay floats').argParser(wholeNumber('--subset', 0)))
    .addOption(
      new Option('--laplacian-power <P>', 'spectral fields: scaling of packed coefficients; default: fitted to each field').argParser(
        Number,
      ),
    )
    .addOption(keepGoingOption())
    .addOption(jsonOption());
  engineFlags(setPacking, 'f64').action((inputs: string[], options, command: Command) =>
    run(command, async (terminal) => {
      const { gribSetPacking } = await import('../verbs/grib-set-packing.js');
      await gribSetPacking(terminal, inputs, options);
    }),
  );
  examples(setPacking, [
    ['dte grib set-packing in.grib -o out.grib --packing ccsds', 'entropy coded, the same integers where bits are the same'],
    ['dte grib set-packing in.grib -o out.grib --packing simple --bits 12', 'coarser'],
    ['dte grib set-packing vo.grib -o out.grib --packing complex --subset 20', 'spectral fields'],
  ]);
}

function addValues(grib: Command, run: Run): void {
  const values = define(grib, 'values', "Decode the values of one field, in the message's own order of points.")
    .argument('<file>', 'GRIB file, or - for standard input')
    .addOption(messageOption().makeOptionMandatory())
    .addOption(fieldOption())
    .addOption(new Option('--format <name>', 'json (an array, missing values null) or npy (missing values NaN)').choices(['json', 'npy']))
    .addOption(new Option('-o, --output <file>', 'output file, or -').default('-'));
  engineFlags(values).action((input: string, options, command: Command) =>
    run(command, async (terminal) => {
      const { gribValues } = await import('../verbs/grib-values.js');
      await gribValues(terminal, input, options);
    }),
  );
  examples(values, [
    ['dte grib values in.grib --message 1 -o values.json', 'as JSON'],
    ['dte grib values in.grib --message 1 --precision f64 -o values.npy', 'as a numpy array of f64, bit for bit as ecCodes'],
  ]);
}
