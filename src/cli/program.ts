import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { packageRoot } from '../base/node.js';
import { registerBench } from './commands/bench.js';
import { registerCache } from './commands/cache.js';
import { examples, type Run, refuseUsage } from './commands/define.js';
import { registerDemo } from './commands/demo.js';
import { registerFdb } from './commands/fdb.js';
import { registerGrib } from './commands/grib.js';
import { registerGrid } from './commands/grid.js';
import { registerInfero } from './commands/infero.js';
import { registerInfo } from './commands/info.js';
import { registerMars } from './commands/mars.js';
import { registerMesh } from './commands/mesh.js';
import { registerPlot } from './commands/plot.js';
import { registerPlume } from './commands/plume.js';
import { registerRegrid } from './commands/regrid.js';
import { registerTwin } from './commands/twin.js';
import { registerWeights } from './commands/weights.js';
import { logLevels } from './terminal/log.js';

/** The whole command line. Only declarations: what a verb does is loaded when it is called, so that each starts as fast as it can. */
export function buildProgram(run: Run): Command {
  const program = new Command('dte')
    .description('GRIB, grids, regridding and maps for weather and climate fields, on a GPU or on any processor.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .addOption(new Option('--log <level>', 'what to log on standard error').choices(logLevels).default('warn'))
    .option('-q, --quiet', 'no progress bar, no summary; errors only')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} });
  refuseUsage(program);
  const register = [
    registerInfo,
    registerGrib,
    registerGrid,
    registerMesh,
    registerWeights,
    registerRegrid,
    registerFdb,
    registerMars,
    registerTwin,
    registerPlot,
    registerPlume,
    registerInfero,
    registerCache,
    registerDemo,
    registerBench,
  ];
  for (const add of register) add(program, run);
  return examples(program, [
    ['dte demo', 'a model with plugins beside it, into a store and out again, as pictures'],
    ['dte grib ls era5.grib', 'what is in a file'],
    ['dte regrid era5.grib -o out.grib --grid 0.25/0.25', 'to another grid'],
    ['dte plot out.grib --message 3 -o map.png', 'a map of one field'],
    ['cat *.grib2 | dte grib ls --json -', 'from a pipe, as JSON'],
    ['dte grib ls --help', 'options and examples of one verb'],
  ]);
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string }).version;
}
