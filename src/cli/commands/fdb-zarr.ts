import type { Command } from 'commander';
import { DteError } from '../../base/index.js';
import { examples, jsonOption, type Run, wholeNumber } from './define.js';
import { fewKeys, requestVerb } from './fdb-define.js';

/** `fdb zarr`: fields as Zarr arrays. */
export function addZarr(fdb: Command, run: Run): void {
  const zarr = requestVerb(
    fdb,
    'zarr',
    fewKeys,
    'Fields as a Zarr v3 hierarchy: shown, written into a folder, or served over HTTP and decoded as they are read.',
  )
    .option('-o, --output <folder>', 'write the hierarchy into this folder, which must be empty or not there')
    .option('--port <number>', 'serve it on this port; 0 takes any that is free', wholeNumber('--port', 0, 65_535))
    .option('--host <address>', 'address to serve on (default: 127.0.0.1, this machine only)')
    .option('--cors <origin>', 'pages of this origin may read what is served; * for all')
    .option(
      '--chunk <dimension=length>',
      'fields along a dimension in one chunk: single (the default), whole, or a number; may be repeated',
      gathered,
      [],
    )
    .option('--single-array', 'one array over complete requests, as z3fdb makes it, without coordinates')
    .option(
      '--axis <keyword,...>',
      'with --single-array: keywords of one dimension, slowest first; may be repeated (default: one for each keyword of several values)',
      gathered,
      [],
    )
    .option('--extend <keyword>', 'with --single-array and several requests: the dimension along which they follow each other')
    .option('--fill <number>', 'value of missing points and absent fields (default: NaN)', fillValue)
    .option(
      '--device <name>',
      'what decodes: cpu (the default, unless DTE_DEVICE names another), gpu, software, auto, or part of an adapter name',
    )
    .option('--threads <number>', 'worker threads (default: DTE_THREADS, else all cores)', wholeNumber('--threads', 1))
    .addOption(jsonOption())
    .action((requests: string[], options, command: Command) =>
      run(command, async (terminal) => {
        const { fdbZarr } = await import('../verbs/fdb/zarr.js');
        await fdbZarr(terminal, requests, options);
      }),
    );
  examples(zarr, [
    ['dte fdb zarr class=rd,expver=xywz,date=20240101', 'the arrays that would be made'],
    ['dte fdb zarr class=rd,expver=xywz,date=20240101 --output out.zarr', 'a folder that xarray and zarr open'],
    ['dte fdb zarr class=rd,expver=xywz --port 8080', 'http://127.0.0.1:8080, until interrupted'],
    ['dte fdb zarr class=rd,expver=xywz --chunk time=whole --port 8080', 'time series in one piece'],
    ['dte fdb zarr class=rd,...,param=t,step=0/6/12 --single-array --axis step -o t.zarr', 'one array of [step, values]'],
  ]);
}

function gathered(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function fillValue(text: string): number {
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Math.fround(text.trim() === '' ? Number.NaN : Number(text));
  if (Number.isFinite(value)) return value;
  throw new DteError('input.option', `'${text}' is not a number of 32 bits`, { where: { option: '--fill' }, hint: 'a number, or nan' });
}
