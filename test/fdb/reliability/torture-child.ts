/**
 * A process that works on a store until it is killed, by the test or by itself in the midst of an operation of the disk, of a write when it is one. It notes in
 * its journal what it begins and what was reported as done.
 */
import { appendFileSync, openSync, writeSync } from 'node:fs';
import type { Disk, DiskFile, DiskLog } from '../../../src/base/index.js';
import { nodeDisk } from '../../../src/base/node.js';
import { seeded } from '../../support/random.js';
import { allFields, expvers, keyOf, levtypes, messageOf, selectionOf } from './fields.js';
import { all, openStore } from './stores.js';

/** `killAt`: number of the operation of the disk that is the last; 0 for none. */
const [folder, journalFile, seedText, work, killAtText] = process.argv.slice(2) as [string, string, string, string, string];
const random = seeded(Number(seedText));
const killAt = Number(killAtText);
const journal = openSync(journalFile, 'a');
const note = (...words: readonly string[]): void => void writeSync(journal, `${words.join(' ')}\n`);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

let operations = 0;
/** Dies when it is time, of a write in the midst of its octets. */
function due(write?: (share: number) => void): void {
  operations++;
  if (operations !== killAt) return;
  write?.(random());
  process.kill(process.pid, 'SIGKILL');
  // The signal comes at once, but not within this very instruction.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.length))));
}

function file<T extends DiskFile | undefined>(opened: T): T {
  if (opened === undefined) return opened;
  const own: DiskFile = opened;
  return {
    ...own,
    async writeAt(position: number, parts: readonly Uint8Array[]) {
      due((share) => {
        const bytes = whole(parts);
        const fd = openSync(own.path, 'r+');
        writeSync(fd, bytes, 0, Math.floor(share * bytes.length), position);
      });
      await own.writeAt(position, parts);
    },
    async resize(sizeBytes: number) {
      due();
      await own.resize(sizeBytes);
    },
    async sync() {
      due();
    },
  } as T;
}

const disk: Disk = {
  ...nodeDisk,
  write: (async (path: string, options?: { readonly mode?: number }) => {
    due();
    return file(await nodeDisk.write(path, options));
  }) as Disk['write'],
  async log(path, options): Promise<DiskLog> {
    const own = await nodeDisk.log(path, options);
    return {
      ...own,
      async append(bytes) {
        due((share) => appendFileSync(path, bytes.subarray(0, Math.floor(share * (bytes.length + 1)))));
        return own.append(bytes);
      },
      async sync() {
        due();
      },
    };
  },
  async makeFolder(path, options) {
    due();
    return nodeDisk.makeFolder(path, options);
  },
  async rename(from, to) {
    due();
    await nodeDisk.rename(from, to);
  },
  async remove(path) {
    due();
    return nodeDisk.remove(path);
  },
  async syncFolder() {
    due();
  },
};

const reader = await openStore(disk, folder);
let version = 0;
note('ready');
for (let round = 0; round < 40; round++) {
  const fdb = await openStore(disk, folder, {
    useSubToc: work === 'sub-toc' || (work === 'mixed' && random() < 0.3),
    compactAfter: pick([2, 3, Infinity]),
  });
  for (let flush = 0; flush < 4; flush++) {
    for (let count = 1 + Math.floor(random() * 8); count > 0; count--) {
      const name = pick(allFields);
      const text = `${seedText}.${version++}`;
      note('archive', name, text);
      await fdb.archiveKey(keyOf(name), [messageOf(name, text, pick([60, 300, 3000]))]);
    }
    note('flush');
    await fdb.flush();
    note('flushed');
    if (work === 'writing' || random() < 0.5) continue;
    const expver = pick(expvers);
    const levtype = pick(levtypes);
    const options = { doit: true, ignoreNoData: true };
    const luck = random();
    if (luck < 0.5) await all(reader.purge(selectionOf(expver), options));
    else if (luck < 0.75) {
      note('lose', `${expver}/${levtype}/`);
      // It may be the whole database, where killed writers left files that it does not know.
      await all(reader.wipe(selectionOf(expver, levtype), { ...options, unsafeAll: true }));
      note('lost');
    } else {
      note('lose', `${expver}/`);
      await all(reader.hide(selectionOf(expver), options));
      note('lost');
    }
  }
  await fdb.close();
  if (work === 'writing') continue;
  const expver = pick(expvers);
  const luck = random();
  if (work === 'wiping' || luck < 0.25) {
    note('wipe', `${expver}/`);
    // What killed writers left unflushed is unknown to the database.
    await all(reader.wipe(selectionOf(expver), { doit: true, ignoreNoData: true, unsafeAll: true }));
    note('lost');
  } else if (work === 'moving' || luck < 0.5) {
    const [place] = await all(reader.status(selectionOf(expver), { ignoreNoData: true }));
    const to = `${folder}/${place?.path.startsWith(`${folder}/one/`) === true ? 'two' : 'one'}`;
    if (place === undefined) continue;
    note('move', expver, to);
    await reader.move(selectionOf(expver), { to });
    note('moved');
  } else {
    await all(reader.reconsolidate(selectionOf(expver), { ignoreNoData: true }));
    await all(reader.purge(selectionOf(expver), { doit: true, ignoreNoData: true }));
  }
}
note('done', String(operations));
