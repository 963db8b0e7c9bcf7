import { type Context, DteError } from '../../base/index.js';
import { type Engine, openEngine } from '../../compute/index.js';
import { gribTables } from '../../grib/index.js';
import { ChunkCache, limiter } from './chunk-cache.js';
import { parseChunkKey } from './chunk-grid.js';
import { arrayMetadata, type Attributes, groupMetadata, metadataBytes, type NodeMetadata } from './metadata.js';
import { type ArrayNode, chunkKeyOf, type Decoder, keyOf, tagOf } from './nodes.js';
import type { ByteRange, ZarrKey, ZarrStore } from './types.js';

export interface StoreOptions {
  /** Decodes chunks; default: the processor, on as many threads as there are, started with the first chunk. It stays the caller's. */
  readonly engine?: Engine;
  /** Octets of chunks that are kept. Default 256 MiB. */
  readonly cacheBytes?: number;
}

const defaultCacheBytes = 256 << 20;
/** Chunks that are made at once: one is read while another is decoded, and memory stays bounded. */
const chunksAtOnce = 4;

/** Decoding on the caller's engine, or on one that is opened when it is first needed. */
export async function openDecoder(
  context: Context,
  { engine }: Pick<StoreOptions, 'engine'>,
): Promise<Decoder & { close(): Promise<void> }> {
  const tables = await gribTables(context);
  let own: Promise<Engine> | undefined;
  let isClosed = false;
  return {
    context,
    tables,
    engine() {
      if (isClosed) throw new DteError('input.option', 'the view is closed', { hint: 'read its chunks before it is closed' });
      return engine === undefined ? (own ??= openEngine(context, { device: 'cpu' })) : Promise.resolve(engine);
    },
    async close() {
      isClosed = true;
      await (await own)?.close();
    },
  };
}

/** A hierarchy of one array (its name is empty) or of a group of arrays. */
export function openStore(
  root: { readonly array: ArrayNode } | { readonly arrays: readonly ArrayNode[]; readonly attributes: Attributes },
  decoder: { close(): Promise<void> },
  { cacheBytes = defaultCacheBytes }: StoreOptions,
): ZarrStore {
  const nodes = 'array' in root ? [root.array] : root.arrays;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const documents = documentsOf(root);
  const cache = new ChunkCache(cacheBytes);
  const limited = limiter(chunksAtOnce);

  const chunkAt = (key: ZarrKey): { readonly node: ArrayNode; readonly index: readonly number[] } | undefined => {
    const slash = key.indexOf('/', 1);
    const node = byName.get('array' in root ? '' : key.slice(1, Math.max(1, slash)));
    if (node === undefined) return undefined;
    const index = parseChunkKey(key.slice(node.name === '' ? 1 : slash + 1), node.facts.grid);
    return index === undefined ? undefined : { node, index };
  };
  const store: ZarrStore = {
    arrays: nodes.flatMap(({ summary }) => summary ?? []).sort((a, b) => (a.name < b.name ? -1 : 1)),
    info(key) {
      const document = documents.get(key);
      if (document !== undefined) return { sizeBytes: document.length, tag: tagOf(document) };
      const at = chunkAt(key);
      return at?.node.has(at.index) === true ? at.node.infoOf(at.index) : undefined;
    },
    async get(key, { signal } = {}) {
      // A reader may write into what it is given.
      const document = documents.get(key);
      if (document !== undefined) return document.slice();
      const at = chunkAt(key);
      if (at?.node.has(at.index) !== true) return undefined;
      return await cache.get(key, () => limited(() => at.node.chunk(at.index)), signal);
    },
    async getRange(key, range, options) {
      const bytes = await store.get(key, options);
      if (bytes === undefined) return undefined;
      const [start, end] = boundsOf(range, bytes.length);
      return bytes.subarray(start, end);
    },
    *keys() {
      for (const node of nodes) {
        for (const index of node.chunks()) yield chunkKeyOf(node, index);
        yield keyOf(node, 'zarr.json');
      }
      if (!('array' in root)) yield '/zarr.json';
    },
    close: () => decoder.close(),
  };
  return store;
}

function documentsOf(root: Parameters<typeof openStore>[0]): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const nodes = 'array' in root ? [root.array] : root.arrays;
  const metadata = new Map<string, NodeMetadata>(nodes.map((node) => [node.name, arrayMetadata(node.facts)]));
  const documents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const node of nodes) documents.set(keyOf(node, 'zarr.json'), metadataBytes(metadata.get(node.name) as NodeMetadata));
  if (!('array' in root)) documents.set('/zarr.json', metadataBytes(groupMetadata(root.attributes, metadata)));
  return documents;
}

/** [start, end) of a range in so many octets. */
function boundsOf(range: ByteRange, length: number): readonly [number, number] {
  if ('suffixLength' in range) return [Math.max(0, length - range.suffixLength), length];
  return [Math.min(range.offset, length), Math.min(range.offset + range.length, length)];
}
