import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { listEntries } from '../../src/fdb/read/list-entries.js';
import { formatKey, type Selection } from '../../src/fdb/types.js';
import { type FdbPeer, fdbPeer, type FdbPeerOptions, peerMessage } from '../support/fdb-peer.js';

/** Upstream's tools and our own context on one FDB. */
export interface SharedFdb {
  readonly peer: FdbPeer;
  readonly context: Context;
  readonly config: FdbConfig;
  /** Archives by upstream. */
  write(file: string, env?: Readonly<Record<string, string>>): void;
  /** Entries as `fdb-list --porcelain --location` prints them, by us. */
  ours(selection?: Selection): Promise<readonly string[]>;
  /** The same by upstream. */
  theirs(): readonly string[];
}

/** All that the messages of `fieldFile` are archived under on level 1, as upstream's tools take it. */
export const request = 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g';
export const selection = selectionOf(request);

export function selectionOf(text: string): Selection {
  return new Map(
    text
      .split(',')
      .map((part) => part.split('=') as [string, string])
      .map(([keyword, values]) => [keyword, values.split('/')]),
  );
}

export async function sharedFdb(options: FdbPeerOptions = {}): Promise<SharedFdb> {
  const peer = fdbPeer(options);
  const context: Context = { ...nodeContext(), env: peer.env };
  const config = await readFdbConfig(context, { config: peer.configFile });
  return {
    peer,
    context,
    config,
    write: (file, env = {}) => void peer.runWith(env, 'fdb-write', file),
    async ours(asked = new Map()) {
      const lines: string[] = [];
      for await (const entries of listEntries(context, config, asked))
        for (const { keys, location } of entries) {
          const { file, offset, length } = location;
          lines.push(
            `${keys.map(formatKey).join('')} TocFieldLocation[uri=URI[scheme=file,name=${file}],offset=${offset},length=${length},remapKey={${location.remap === undefined ? '' : formatKey(location.remap).slice(1, -1)}}]`,
          );
        }
      return lines;
    },
    theirs: () => peer.list('class=rd'),
  };
}

/** A file of messages with steps 0, 6, ...; `sets` as grib_set takes them. */
export function fieldFile(peer: FdbPeer, name: string, steps: readonly number[], sets = ''): string {
  const parts = steps.map((step) =>
    readFileSync(peerMessage(peer, `${name}.${step}`, [`step=${step}`, sets].filter((part) => part !== '').join(','))),
  );
  return peer.file(name, Buffer.concat(parts));
}

/** Folder of the database that `fieldFile` makes. */
export function folderIn(peer: FdbPeer, root = peer.root): string {
  return join(root, 'rd:xxxx:enfo:20240101:0000:g');
}

export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function only<T>(items: AsyncIterable<T>): Promise<T> {
  const all = await collected(items);
  if (all.length !== 1) throw new Error(`${all.length} items instead of one`);
  return all[0] as T;
}

export function sorted(lines: readonly string[]): readonly string[] {
  return [...lines].sort();
}

/** Lines of standard output, and the error when the tool fails. */
export function tried(work: () => string): { readonly lines: readonly string[]; readonly failed: boolean } {
  try {
    return {
      lines: work()
        .split('\n')
        .filter((line) => line !== ''),
      failed: false,
    };
  } catch (error) {
    return {
      lines: String((error as { stdout?: string }).stdout ?? '')
        .split('\n')
        .filter((line) => line !== ''),
      failed: true,
    };
  }
}
