import { type Grid, positionsHash } from '../atlas/index.js';
import { cacheFolder, type Context, type FileInfo, isDteError, readWhole, sha256Hex, writeWhole } from '../base/index.js';
import type { Matrix } from './matrix.js';
import { readWeights, writeWeights } from './weights-file.js';
import { methodOf, prepareWeights, type WeightsOptions } from './weights.js';

/** Raised when any method's weights change, so that older files are not found any more. */
const weightsVersion = 2;
const suffix = '.weights';
const defaultLimitMiB = 4096;
const memoryLimitBytes = 2 ** 30;

// The matrices last used by this process, most recent last.
const inMemory = new Map<string, Matrix>();
// Matrices that are being loaded or made: who asks meanwhile waits for them.
const underWay = new Map<string, Promise<Matrix>>();

/** Name of a matrix: what it depends on, and nothing else. */
export function weightsKey(source: Grid, target: Grid, options: WeightsOptions = {}): string {
  // What is made of a row is no part of the matrix.
  const {
    name,
    resolved: { 'interpolation-statistics': _, ...resolved },
  } = methodOf(options);
  return sha256Hex(`weights ${weightsVersion} ${name} ${JSON.stringify(resolved)} ${positionsHash(source)} ${positionsHash(target)}`).slice(
    0,
    32,
  );
}

/**
 * Weights from memory, from disk, or made and stored. The disk cache is content-addressed and checksummed; a damaged file is
 * made again, and a folder that cannot be written costs a warning, not the run. Old files go when the cache exceeds
 * DTE_CACHE_MIB (4096).
 */
export async function cachedWeights(context: Context, source: Grid, target: Grid, options: WeightsOptions = {}): Promise<Matrix> {
  const key = weightsKey(source, target, options);
  const known = inMemory.get(key);
  if (known !== undefined) {
    remember(key, known);
    return known;
  }
  const shared = underWay.get(key);
  if (shared !== undefined) {
    // Another caller's cancellation is not ours.
    const matrix = await shared.catch((error) => {
      if (isDteError(error, 'fault.cancelled') && context.signal?.aborted !== true) return undefined;
      throw error;
    });
    return matrix ?? cachedWeights(context, source, target, options);
  }
  const making = loadOrMake(context, key, source, target, options).finally(() => underWay.delete(key));
  underWay.set(key, making);
  return making;
}

async function loadOrMake(context: Context, key: string, source: Grid, target: Grid, options: WeightsOptions): Promise<Matrix> {
  const stored = await load(context, key);
  if (stored !== undefined && stored.rows === target.points && stored.columns === source.points) return remember(key, stored);
  const matrix = await prepareWeights(context, source, target, options);
  await store(context, key, matrix);
  return remember(key, matrix);
}

/** The files of the disk cache, oldest use first. */
export async function weightsFiles(context: Context): Promise<readonly FileInfo[]> {
  const folder = cacheFolder(context);
  if (folder === undefined) return [];
  const files = (await context.fs.list(`${folder}/weights`)).filter(({ name }) => name.endsWith(suffix));
  return [...files].sort((a, b) => a.modifiedMs - b.modifiedMs);
}

/** Forgets the matrices held in memory. */
export function forgetWeights(): void {
  inMemory.clear();
}

function remember(key: string, matrix: Matrix): Matrix {
  inMemory.delete(key);
  inMemory.set(key, matrix);
  let bytes = 0;
  for (const held of inMemory.values()) bytes += sizeOf(held);
  for (const [oldest, held] of inMemory) {
    if (bytes <= memoryLimitBytes || oldest === key) break;
    inMemory.delete(oldest);
    bytes -= sizeOf(held);
  }
  return matrix;
}

function sizeOf({ rowStart, column, weight }: Matrix): number {
  return rowStart.byteLength + column.byteLength + weight.byteLength;
}

function pathOf(context: Context, key: string): string | undefined {
  const folder = cacheFolder(context);
  return folder === undefined ? undefined : `${folder}/weights/${key}${suffix}`;
}

async function load(context: Context, key: string): Promise<Matrix | undefined> {
  const path = pathOf(context, key);
  if (path === undefined || (await context.fs.info(path)) === undefined) return undefined;
  try {
    const matrix = readWeights(await readWhole(context.fs, path), path);
    await context.fs.touch(path);
    context.log.debug('regrid.cache.hit', { path });
    return matrix;
  } catch (error) {
    context.log.warn('regrid.cache.damaged', { path, reason: (error as Error).message });
    return undefined;
  }
}

async function store(context: Context, key: string, matrix: Matrix): Promise<void> {
  const path = pathOf(context, key);
  if (path === undefined) return;
  try {
    await writeWhole(context.fs, path, writeWeights(matrix));
    await evict(context, path);
  } catch (error) {
    context.log.warn('regrid.cache.unwritable', { path, reason: (error as Error).message });
  }
}

async function evict(context: Context, newest: string): Promise<void> {
  const limitBytes = (Number(context.env['DTE_CACHE_MIB']) || defaultLimitMiB) * 2 ** 20;
  const files = await weightsFiles(context);
  let bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { path, sizeBytes } of files) {
    if (bytes <= limitBytes || path === newest) break;
    await context.fs.remove(path);
    bytes -= sizeBytes;
  }
}
