import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PeerProcess } from './process.js';

/** A peer that can be used, or the reason why it cannot. */
export type Found<T> = T | string;

/** The programs that figures are put beside. Each is looked for once; an absent one is said, never faked. */
export interface Peers {
  /** Versions of what was found. */
  readonly versions: Readonly<Record<string, string>>;
  /** Path of the CDO program. */
  readonly cdo: Found<{ readonly command: string }>;
  readonly gribLs: Found<{ readonly command: string }>;
  /** FDB's programs: `fdb-hammer`, `fdb-list`, `fdb-read`. */
  readonly fdb: Found<{ readonly label: string }>;
  /** ecCodes in a process that times its own work on the messages of a file; in words how it is reached. */
  readonly eccodes: Found<{ readonly label: string; open(work: 'decode' | 'encode', file: string): Promise<PeerProcess> }>;
  /** scipy's CSR product in f32. */
  readonly scipy: Found<{ open(weights: string, columns: number): Promise<PeerProcess> }>;
}

/** `sources` holds the peers' programs (bench/support), `built` takes what is compiled from them. */
export function findPeers(sources: string, built: string): Peers {
  const versions: Record<string, string> = {};
  const noted = <T>(name: string, found: { readonly version: string; readonly value: T } | string): Found<T> => {
    versions[name] = typeof found === 'string' ? `absent: ${found}` : found.version;
    return typeof found === 'string' ? found : found.value;
  };
  return {
    versions,
    cdo: noted('cdo', findProgram('cdo', '-V', /version (\S+)/)),
    gribLs: noted('grib_ls', findProgram('grib_ls', '-V', /Version (\S+)/)),
    fdb: noted('fdb5', findFdb()),
    eccodes: noted('ecCodes', findEccodes(sources, built)),
    scipy: noted('scipy', findScipy(sources)),
  };
}

function findProgram(command: string, option: string, version: RegExp): { version: string; value: { command: string } } | string {
  const answer = outputOf(command, [option]);
  if (answer === undefined) return `${command} is not installed`;
  return { version: answer.match(version)?.[1] ?? 'unknown version', value: { command } };
}

function findFdb(): { version: string; value: { label: string } } | string {
  const version = outputOf('fdb-info', ['--version'])?.match(/\d+\.\d+\.\d+/)?.[0];
  return version === undefined ? 'fdb5 is not installed' : { version, value: { label: `fdb5 ${version}` } };
}

type Eccodes = Exclude<Peers['eccodes'], string>;

/** A program compiled here against libeccodes where there is a compiler; one that was compiled elsewhere; the Python binding. */
function findEccodes(sources: string, built: string): { version: string; value: Eccodes } | string {
  const program = join(built, 'eccodes-peer');
  if (!existsSync(program)) {
    mkdirSync(built, { recursive: true });
    spawnSync('gcc', ['-O2', '-o', program, join(sources, 'eccodes-peer.c'), '-leccodes'], { stdio: 'ignore' });
  }
  const version = outputOf('codes_info', ['-v'])?.trim();
  // Without arguments it says how it is used (2) when its library is there too.
  if (existsSync(program) && spawnSync(program, [], { stdio: 'ignore' }).status === 2) {
    const label = 'ecCodes, 1 thread, f64';
    return {
      version: `${version ?? 'version unknown'} (C)`,
      value: { label, open: (work, file) => PeerProcess.open(program, [work, file]) },
    };
  }
  const script = join(sources, 'eccodes-peer.py');
  for (const python of pythons) {
    const answer = outputOf(python, ['-c', 'import eccodes; print(eccodes.codes_get_api_version())']);
    if (answer === undefined) continue;
    const label = 'ecCodes, 1 thread, f64, from Python';
    return { version: `${answer.trim()} (Python)`, value: { label, open: (work, file) => PeerProcess.open(python, [script, work, file]) } };
  }
  return 'neither gcc with libeccodes-dev nor python3-eccodes is installed';
}

function findScipy(sources: string): { version: string; value: Exclude<Peers['scipy'], string> } | string {
  const script = join(sources, 'scipy-peer.py');
  const ask = 'import numpy, scipy.sparse, sys; print(f"{scipy.__version__}, numpy {numpy.__version__}, python {sys.version.split()[0]}")';
  for (const python of pythons) {
    const answer = outputOf(python, ['-c', ask]);
    if (answer !== undefined)
      return {
        version: answer.trim(),
        value: { open: (weights, columns) => PeerProcess.open(python, [script, weights, String(columns)]) },
      };
  }
  return 'no python3 with numpy and scipy';
}

// A Python of one's own may lack what the system's has.
const pythons = ['python3', '/usr/bin/python3'];

/** What a program prints, both streams; undefined when it cannot be run or fails. */
function outputOf(command: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : undefined;
}
