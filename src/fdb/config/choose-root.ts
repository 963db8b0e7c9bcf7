import { baseName, type Disk, DteError, folderOf } from '../../base/index.js';
import type { Key } from '../types.js';
import type { FdbConfig, Root, Space } from './config.js';
import { readExpverRoots } from './tables.js';

/** What choosing may depend on besides the disk. */
export interface Chance {
  /** In [0, 1). */
  readonly random: () => number;
}

interface Work extends Chance {
  readonly config: FdbConfig;
  readonly disk: Disk;
  readonly key: Key;
  readonly space: Space;
}

/** Turns of RoundRobin, for each space; they begin at the process number, so that processes start at different roots. */
const turns = new WeakMap<Space, number>();

/**
 * The root of a new database among those that may be written to, as the space's handler chooses it. Source: fdb, src/fdb5/toc/FileSpaceHandler.cc;
 * eckit, src/eckit/filesystem/FileSpaceStrategies.cc (of roots that are equally full, the last wins).
 */
export async function chooseRoot(work: Work, roots: readonly Root[]): Promise<Root> {
  const [first] = roots;
  if (first === undefined) throw noRoot(work.space);
  switch (work.space.handler) {
    case 'Default':
    case 'First':
      return first;
    case 'LeastUsed':
      return best(roots, await freeOf(work, roots, 'bytes'));
    case 'LeastUsedPercent':
      return best(roots, await freeOf(work, roots, 'percent'));
    case 'RoundRobin':
      return roundRobin(work, roots);
    case 'Random':
    case 'PureRandom':
      return weighted(
        work,
        roots,
        roots.map(() => 1),
      );
    case 'WeightedRandom':
      return weighted(work, roots, await freeOf(work, roots, 'bytes'));
    case 'WeightedRandomPercent':
      return weighted(work, roots, await freeOf(work, roots, 'percent'));
    case 'expver':
      return byExpver(work, roots);
    case 'envvar':
      return byVariable(work, roots);
  }
}

export function noRoot(space: Space): DteError {
  const roots = space.roots.map((root) => root.catalogue).join(', ');
  return new DteError('auth.access', `space '${space.name}' has no root that is there and may be written to`, {
    hint: `its roots are ${roots}: make one of them, or allow archiving in it`,
  });
}

/** Free octets of each root's file system, or what part of it is free in whole percent. */
async function freeOf({ disk }: Work, roots: readonly Root[], unit: 'bytes' | 'percent'): Promise<readonly number[]> {
  return Promise.all(
    roots.map(async (root) => {
      const { freeBytes, totalBytes } = await disk.space(root.catalogue);
      return unit === 'bytes' ? freeBytes : totalBytes === 0 ? 0 : Math.floor((100 * freeBytes) / totalBytes);
    }),
  );
}

function best(roots: readonly Root[], weights: readonly number[]): Root {
  let at = 0;
  for (let i = 1; i < roots.length; i++) if ((weights[i] as number) >= (weights[at] as number)) at = i;
  return roots[at] as Root;
}

function roundRobin({ disk, space }: Work, roots: readonly Root[]): Root {
  const turn = (turns.get(space) ?? disk.self.pid) + 1;
  turns.set(space, turn);
  return roots[turn % roots.length] as Root;
}

function weighted({ random }: Work, roots: readonly Root[], weights: readonly number[]): Root {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random() * total;
  for (let i = 0; i < roots.length; i++) {
    left -= weights[i] as number;
    if (left < 0) return roots[i] as Root;
  }
  return roots[roots.length - 1] as Root;
}

/**
 * The root that the table gives to the experiment. A new experiment gets one (FDB_ROOT's, else a random one by free space) and a row; when
 * two processes add it at once, the first row counts for both.
 */
async function byExpver(work: Work, roots: readonly Root[]): Promise<Root> {
  const { config, disk, key, space } = work;
  const expver = key.get('expver') ?? '';
  if (!/^[a-z0-9]{4}$/i.test(expver))
    throw new DteError('input.value', `expver '${expver}' has no root`, { hint: 'four letters or digits are expected' });
  const known = (await readExpverRoots(disk, config.expverFile)).get(expver);
  if (known !== undefined) return rootNamed(space.roots, known);
  const isAsked = config.expverRoot !== undefined;
  const chosen = isAsked
    ? roots.find((root) => root.catalogue === withoutSlash(config.expverRoot as string))
    : weighted(work, roots, await freeOf(work, roots, 'bytes'));
  if (chosen === undefined) {
    throw new DteError('input.config', `FDB_ROOT '${config.expverRoot}' is not a root to write to`, {
      hint: roots.map((root) => root.catalogue).join(', '),
    });
  }
  await disk.makeFolder(folderOf(config.expverFile));
  const table = await disk.log(config.expverFile);
  try {
    await table.append(new TextEncoder().encode(`${expver} ${chosen.catalogue}\n`));
  } finally {
    await table.close();
  }
  return rootNamed(space.roots, (await readExpverRoots(disk, config.expverFile)).get(expver) ?? chosen.catalogue);
}

/** A root of a table or variable need not be among those of the space. */
function rootNamed(roots: readonly Root[], path: string): Root {
  const folder = withoutSlash(path);
  const known = roots.find((root) => root.catalogue === folder);
  return known ?? { ...(roots[0] as Root), catalogue: folder, store: folder, name: baseName(folder) };
}

async function byVariable({ config, disk, space }: Work, roots: readonly Root[]): Promise<Root> {
  const { name, value } = config.rootVariable;
  if (value === undefined)
    throw new DteError('input.config', `space '${space.name}' takes its root from ${name}, which is not set`, {
      hint: `set ${name} to a folder`,
    });
  if (!value.startsWith('/') || (await disk.info(value))?.isDirectory !== true) {
    throw new DteError('absent.file', `the root '${value}' (${name}) is not a folder`, {
      hint: `set ${name} to the absolute path of a folder`,
    });
  }
  return rootNamed(roots, value);
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
