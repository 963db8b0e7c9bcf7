import { readFileSync } from 'node:fs';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { formatElement, listEntries, type ListOptions, retrieve, type RetrieveOptions } from '../../src/fdb/read/index.js';
import { type Entry, formatKey, type Selection } from '../../src/fdb/types.js';
import { gribTables, type Message, parseMessage, withKeys } from '../../src/grib/index.js';
import { parseKeywords } from '../../src/mars/index.js';
import { type FdbPeer, peerMessage } from '../support/fdb-peer.js';

export const context: Context = { ...nodeContext(), env: {} };

export async function configOf(peer: FdbPeer): Promise<FdbConfig> {
  return await readFdbConfig({ ...context, env: peer.env });
}

/** Messages of all combinations of values; `mark` tells apart those of equal keys. */
export async function fields(
  peer: FdbPeer,
  values: Readonly<Record<string, readonly (string | number)[]>>,
  { mark = 0, sets = '' }: { readonly mark?: number; readonly sets?: string } = {},
): Promise<Uint8Array> {
  const [template] = parseMessage(readFileSync(peerMessage(peer, 'template.grib', sets)), await gribTables(context));
  let changes: ReadonlyMap<string, string | number>[] = [new Map([['generatingProcessIdentifier', mark]])];
  for (const [keyword, list] of Object.entries(values))
    changes = changes.flatMap((change) => list.map((value) => new Map([...change, [keyword, value]])));
  return new Uint8Array(Buffer.concat(changes.map((change) => withKeys(template as Message, change))));
}

export function selection(text: string): Selection {
  return text === '' ? new Map() : parseKeywords(text);
}

export async function listed(config: FdbConfig, request: string, options: ListOptions = {}): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of listEntries(context, config, selection(request), options)) entries.push(...batch);
  return entries;
}

/** A line of `fdb-list --porcelain --location`. */
export function line(entry: Entry): string {
  const { file, offset, length, remap } = entry.location;
  const keys = `${formatKey(entry.keys[0])}${formatKey(entry.keys[1])}${formatElement(entry)}`;
  return `${keys} TocFieldLocation[uri=URI[scheme=file,name=${file}],offset=${offset},length=${length},remapKey=${formatKey(remap ?? new Map())}]`;
}

export async function retrieved(config: FdbConfig, request: string, options: RetrieveOptions = {}): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await retrieve(context, config, selection(request), options).copyTo(async (bytes) => void pieces.push(bytes.slice()));
  return new Uint8Array(Buffer.concat(pieces));
}
