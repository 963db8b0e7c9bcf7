// `npm run bench -- [NAME...]`: measures, prints tables, stores rows. See bench/README.md.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitCodeOf, isDteError } from '../src/base/index.js';
import { nodeContext } from '../src/base/node.js';
import { packageRoot } from '../src/base/package-root.js';
import { type EngineOptions, openEngine } from '../src/compute/index.js';
import { gradient } from './atlas/gradient.js';
import { mesh } from './atlas/mesh.js';
import { ls } from './cli/ls.js';
import { memory } from './cli/memory.js';
import { regrid } from './cli/regrid.js';
import { kernels } from './compute/kernels.js';
import { archive } from './fdb/archive.js';
import { jump } from './fdb/jump.js';
import { list } from './fdb/list.js';
import { decode } from './grib/decode.js';
import { encode } from './grib/encode.js';
import { cpu } from './infero/cpu.js';
import { first } from './infero/first.js';
import { pack } from './infero/pack.js';
import { shared } from './infero/shared.js';
import { step } from './plume/step.js';
import { isolated } from './plume/isolated.js';
import { apply } from './regrid/apply.js';
import { conservative } from './regrid/conservative.js';
import { weights } from './regrid/weights.js';
import { transform } from './spectral/transform.js';
import { window } from './stats/window.js';
import { step as twinStep } from './twin/step.js';
import type { Bench, ExecutorName, Setting } from './support/bench.js';
import { Inputs } from './support/inputs.js';
import { cpuName, machineFacts, machineLines, slug } from './support/machine.js';
import { findPeers } from './support/peers.js';
import { digits, openStore, type Row, table } from './support/report.js';

const benches: readonly Bench[] = [
  decode,
  encode,
  weights,
  conservative,
  apply,
  gradient,
  mesh,
  regrid,
  transform,
  window,
  twinStep,
  ls,
  memory,
  archive,
  list,
  jump,
  cpu,
  first,
  pack,
  shared,
  step,
  isolated,
  kernels,
];
const executorNames: readonly ExecutorName[] = ['cpu', 'gpu', 'software'];

const help = `Usage: npm run bench -- [NAME...] [options]

Measures the benches whose name begins with one of the NAMEs (all without one), beside the peers that are installed.

  --list               names and what they measure
  --executor NAME      cpu, gpu, software or all; several with commas (default: cpu, and gpu where there is hardware)
  --threads N          threads of host work and of the CPU executor (default: all cores)
  --runs N             measured runs of each subject (default 7; 2 with --quick)
  --quick              small sizes: shows that everything runs, says nothing about speed
  --json FILE          where rows are appended (default bench/results/DATE-ADAPTER.jsonl; with --quick a file under .cache)
`;

interface Options {
  readonly chosen: readonly Bench[];
  readonly executors: readonly ExecutorName[] | undefined;
  readonly threads: number | undefined;
  readonly runs: number;
  readonly quick: boolean;
  readonly json: string | undefined;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: Options | string;
  try {
    options = optionsOf(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  if (typeof options === 'string') {
    process.stdout.write(options);
    return 0;
  }
  try {
    return await measure(options);
  } catch (error) {
    if (!isDteError(error, 'absent.device', 'absent.module')) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodeOf(error);
  }
}

async function measure({ chosen, threads, runs, quick, executors: wanted, json }: Options): Promise<number> {
  const root = fileURLToPath(packageRoot());
  const home = join(root, '.cache', 'bench');
  const context = { ...nodeContext(), env: { ...process.env, DTE_CACHE: join(home, 'cache') } };
  const peers = findPeers(join(root, 'bench', 'support'), join(home, 'peers'));
  const { executors, adapters } = await usable(context, wanted);
  const machine = machineFacts({ adapters, peers: peers.versions, quick, runs });
  process.stdout.write(`${machineLines(machine)}\n`);
  const adapter = slug(adapters['gpu'] ?? (executors.includes('cpu') ? cpuName() : (adapters['software'] ?? cpuName())));
  const path = json ?? join(root, quick ? '.cache/bench/results' : 'bench/results', `${machine.date.slice(0, 10)}-${adapter}.jsonl`);
  const store = openStore(path, machine);
  const withEngine: Setting['withEngine'] = async (executor, { timing = false }, use) => {
    const options: EngineOptions = { device: executor, timing, ...(threads === undefined ? {} : { threads }) };
    const engine = await openEngine(context, options);
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  };
  const bandwidths = new Map<ExecutorName, number>();
  const bandwidth: Setting['bandwidth'] = async (executor) => {
    const known = bandwidths.get(executor) ?? (await withEngine(executor, {}, (engine) => engine.copyBandwidth()));
    bandwidths.set(executor, known);
    return known;
  };
  for (const executor of executors)
    process.stdout.write(`copy bandwidth, ${executor}: ${digits(await bandwidth(executor))} GB/s read plus written\n`);
  const inputs = new Inputs(context, join(home, 'inputs'));
  let failed = 0;
  for (const bench of chosen) {
    const rows: Row[] = [];
    const report = (row: Row): void => {
      rows.push(row);
      store(row);
      if (process.stderr.isTTY) process.stderr.write(`${bench.name}: ${row.work}, ${row.size}, ${row.executor}\n`);
    };
    const setting: Setting = { context, runs, quick, executors, threads, inputs, peers, withEngine, bandwidth, report };
    const start = performance.now();
    process.stdout.write(`${bench.name}: ${bench.about}\n`);
    try {
      await bench.run(setting);
    } catch (error) {
      // The other benches still have something to say.
      failed++;
      process.stderr.write(`${bench.name} failed: ${quick ? (error as Error).stack : (error as Error).message}\n`);
    }
    process.stdout.write(`${table(rows)}  (${((performance.now() - start) / 1000).toFixed(1)} s)\n\n`);
  }
  process.stdout.write(`rows: ${path}\n`);
  return failed === 0 ? 0 : 1;
}

/** The executors that were asked for and that this machine has, with their adapters. One that was named and is not there is an error. */
async function usable(
  context: ReturnType<typeof nodeContext>,
  wanted: readonly ExecutorName[] | undefined,
): Promise<{ executors: readonly ExecutorName[]; adapters: Record<string, string> }> {
  const executors: ExecutorName[] = [];
  const adapters: Record<string, string> = {};
  for (const executor of wanted ?? (['cpu', 'gpu'] as const)) {
    try {
      const engine = await openEngine(context, { device: executor });
      adapters[executor] = engine.info.name;
      await engine.close();
      executors.push(executor);
    } catch (error) {
      if (!isDteError(error, 'absent.device', 'absent.module')) throw error;
      if (wanted !== undefined && wanted.length < executorNames.length) throw error;
      process.stdout.write(`no ${executor} executor: ${error.message}\n`);
    }
  }
  return { executors, adapters };
}

function optionsOf(args: readonly string[]): Options | string {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      list: { type: 'boolean' },
      executor: { type: 'string' },
      threads: { type: 'string' },
      runs: { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'string' },
    },
  });
  if (values.help === true) return help;
  const widest = Math.max(...benches.map(({ name }) => name.length));
  if (values.list === true) return benches.map(({ name, about }) => `${name.padEnd(widest)}  ${about}\n`).join('');
  for (const name of positionals) {
    if (!benches.some((bench) => bench.name.startsWith(name)))
      throw new Error(`no bench '${name}'; there are ${benches.map((bench) => bench.name).join(', ')}`);
  }
  const quick = values.quick === true;
  return {
    chosen: positionals.length === 0 ? benches : benches.filter((bench) => positionals.some((name) => bench.name.startsWith(name))),
    executors: executorsOf(values.executor),
    threads: values.threads === undefined ? undefined : atLeastOne('threads', values.threads),
    runs: values.runs === undefined ? (quick ? 2 : 7) : atLeastOne('runs', values.runs),
    quick,
    json: values.json,
  };
}

function executorsOf(text: string | undefined): readonly ExecutorName[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return executorNames;
  return text.split(',').map((name) => {
    const found = executorNames.find((known) => known === name);
    if (found === undefined) throw new Error(`no executor '${name}'; there are ${executorNames.join(', ')} and all`);
    return found;
  });
}

function atLeastOne(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${option} is '${text}'; give a whole number from 1`);
}
