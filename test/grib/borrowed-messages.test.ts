import { createHash } from 'node:crypto';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { concatenated, type DteError, type ReadableFile } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { gribTables, messages, newMessage, parseMessage } from '../../src/grib/index.js';
import { memoryFile } from '../support/memory-file.js';
import { seeded } from '../support/random.js';

const tables = await gribTables(nodeContext());
const template = newMessage(
  { date: 20240101, param: 't', levtype: 'pl', level: 500, class: 'rd', type: 'an', stream: 'oper', expver: 'xxxx' },
  gridFromSpec({ grid: [30, 30] }),
  tables,
);

/** A message of so many octets: its data are longer than they need be. */
function messageOf(octets: number, fill: number): Uint8Array {
  const { start } = (parseMessage(template.bytes, tables)[0] as typeof template).sections[7] as { start: number };
  const bytes = new Uint8Array(octets).fill(fill);
  bytes.set(template.bytes.subarray(0, start));
  bytes.set([0x37, 0x37, 0x37, 0x37], octets - 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(12, octets);
  view.setUint32(start, octets - 4 - start);
  bytes[start + 4] = 7;
  return bytes;
}

interface Seen {
  readonly rows: readonly string[];
  readonly damage: readonly string[];
  readonly thrown: string | undefined;
}

async function seen(
  read: (file: ReadableFile, onDamage?: (error: DteError) => void) => AsyncIterable<string>,
  bytes: Uint8Array,
  skips: boolean,
): Promise<Seen> {
  const rows: string[] = [];
  const damage: string[] = [];
  let thrown: string | undefined;
  try {
    for await (const row of read(memoryFile(bytes, 'octets in memory'), skips ? (error) => damage.push(error.message) : undefined))
      rows.push(row);
  } catch (error) {
    thrown = (error as Error).message;
  }
  return { rows, damage, thrown };
}

type Reader = (file: ReadableFile, onDamage?: (error: DteError) => void) => AsyncGenerator<string>;

function reader(source: (file: ReadableFile) => ReadableFile | Uint8Array, borrow: boolean): Reader {
  return async function* (file, onDamage) {
    for await (const message of messages(source(file), { tables, borrow, ...(onDamage === undefined ? {} : { onDamage }) })) {
      const { messageNumber, where, bytes } = message;
      yield `${messageNumber} ${where.message} ${where.offset} ${createHash('sha1').update(bytes).digest('hex')}`;
    }
  };
}

const whole = reader((file) => file, false);
const viewed = reader((file) => file, true);
const inMemory = (bytes: Uint8Array, borrow: boolean): Reader => reader(() => bytes, borrow);

t.test('views of messages are the messages, at every length and whatever stands between them', async (t) => {
  const random = seeded(5);
  const lengths = [200, 5000, 60_000, 300_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 1 << 21, (1 << 21) + 7, 5 << 20];
  for (let round = 0; round < 12; round++) {
    const parts: Uint8Array[] = [];
    const count = 5 + Math.floor(random() * 60);
    for (let i = 0; i < count; i++) {
      const most = round < 4 ? 3 : round < 8 ? 5 : lengths.length;
      parts.push(messageOf((lengths[Math.floor(random() * most)] as number) + Math.floor(random() * 50), i));
    }
    if (round % 3 === 1) parts.splice(Math.floor(random() * count), 0, new TextEncoder().encode('between'));
    if (round % 3 === 2) {
      const cut = Math.floor(random() * count);
      parts[cut] = (parts[cut] as Uint8Array).subarray(0, 150);
    }
    const bytes = concatenated(parts);
    for (const skips of [false, true]) {
      const expected = await seen(whole, bytes, skips);
      t.same(await seen(viewed, bytes, skips), expected, `round ${round}`);
      for (const borrow of [false, true]) t.same(await seen(inMemory(bytes, borrow), bytes, skips), expected, `round ${round} in memory`);
    }
  }
});

t.test('what is no file of messages gives the errors of reading GRIB', async (t) => {
  const one = messageOf(500, 1);
  const texts = ['', 'GRIB', 'no message', 'GRIB\0\0\0\u0003 of a third edition'];
  for (const bytes of [
    ...texts.map((text) => new TextEncoder().encode(text)),
    one.subarray(0, 499),
    concatenated([one, one.subarray(0, 100)]),
    concatenated([one, new Uint8Array(9)]),
  ])
    for (const skips of [false, true]) t.same(await seen(viewed, bytes, skips), await seen(whole, bytes, skips), `${bytes.length} octets`);
});
