import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { concatenated, type DteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { archiveMessages, type ArchiveMessagesOptions } from '../../src/fdb/write/archive-messages.js';
import { type Archiver, openArchiver } from '../../src/fdb/write/archiver.js';
import { memoryFile } from '../support/memory-file.js';
import { gribTables, type Message, newMessage, type NewMessageKeys, parseMessage } from '../../src/grib/index.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { contextOn, memoryConfig, octets, visible } from './archive-support.js';

const tables = await gribTables(nodeContext());
const grid = gridFromSpec({ grid: [30, 30] });

function message(changes: Partial<NewMessageKeys> = {}): Uint8Array {
  const keys = {
    date: 20240101,
    time: 0,
    step: 6,
    param: 't',
    levtype: 'pl',
    level: 500,
    class: 'rd',
    type: 'pf',
    stream: 'enfo',
    expver: 'xxxx',
    number: 1,
    ensembleSize: 10,
  };
  return newMessage({ ...keys, ...changes } as NewMessageKeys, grid, tables).bytes;
}

interface Place {
  readonly disk: MemoryDisk;
  readonly archiver: Archiver;
  readonly warnings: string[];
  take(source: Uint8Array, options?: Partial<ArchiveMessagesOptions>): ReturnType<typeof archiveMessages>;
}

async function place(): Promise<Place> {
  const disk = memoryDisk();
  const warnings: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (event: string) => warnings.push(event), error: () => {} };
  const context = contextOn(disk, { log });
  const config = await memoryConfig(disk);
  const archiver = openArchiver(context, config);
  const take: Place['take'] = (source, options = {}) =>
    archiveMessages(context, archiver, source, { tables, schema: config.schema, ...options });
  return { disk, archiver, warnings, take };
}

t.test('messages are archived under their own keys, and what lies between them is left out', async (t) => {
  const { disk, archiver, take } = await place();
  const six = message();
  const twelve = message({ step: 12, level: 0.5, number: 3 } as Partial<NewMessageKeys>);
  const done = await take(concatenated([octets('header'), six, octets('between'), twelve]));
  t.same(done, { messages: 2, sizeBytes: six.length + twelve.length, filtered: 0, multiField: 0 });
  t.equal((await visible(disk)).size, 0);
  await archiver.close();
  const found = await visible(disk);
  t.same([...found.keys()].sort(), ['12:3:0.5:130', '6:1:500:130']);
  t.same(Buffer.from(found.get('6:1:500:130') as string, 'latin1'), Buffer.from(six));
});

t.test('filters choose by values in any spelling', async (t) => {
  const all = concatenated([0, 6, 12].flatMap((step) => [1, 2].map((number) => message({ step, number }))));
  const { disk, archiver, take } = await place();
  const select = (keywords: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> =>
    new Map(Object.entries(keywords));
  const included = await take(all, { include: select({ step: ['06', '12'], number: ['1'] }) });
  t.same([included.messages, included.filtered], [2, 4]);
  const excluded = await take(all, { exclude: select({ step: ['6', '12'] }), include: select({ type: ['pf'] }) });
  t.same([excluded.messages, excluded.filtered], [2, 4]);
  const none = await take(all, { include: select({ origin: ['ecmf'] }) });
  t.equal(none.messages, 0, 'a keyword that messages do not have fits none');
  await archiver.close();
  t.equal((await visible(disk)).size, 4);
});

t.test('modifiers rewrite the message and its keys', async (t) => {
  const { disk, archiver, take } = await place();
  await take(message(), {
    modifiers: new Map([
      ['expver', 'yyyy'],
      ['step', '24'],
    ]),
  });
  await archiver.close();
  const found = await visible(disk, '/r1/rd:yyyy:enfo:20240101:0000:g');
  t.same([...found.keys()], ['24:1:500:130']);
  const stored = parseMessage(new Uint8Array(Buffer.from(found.get('24:1:500:130') as string, 'latin1')), tables)[0];
  t.ok(stored !== undefined);
  await t.rejects(take(message(), { modifiers: new Map([['nosuch', '1']]) }), { code: 'absent.key' });
});

t.test('a request tells what should be there', async (t) => {
  const { take } = await place();
  const request = new Map([
    ['class', ['rd']],
    ['step', ['0', '6']],
    ['number', ['1', '2']],
  ]);
  const of = (cells: readonly (readonly [number, number])[]): Uint8Array =>
    concatenated(cells.map(([step, number]) => message({ step, number })));
  t.equal(
    (
      await take(
        of([
          [0, 1],
          [0, 2],
          [6, 1],
          [6, 2],
        ]),
        { request },
      )
    ).messages,
    4,
  );
  await t.rejects(
    take(
      of([
        [0, 1],
        [0, 2],
        [6, 2],
      ]),
      { request },
    ),
    { code: 'absent.field', message: /4 fields.*3.*step=6,number=1/ },
  );
  await t.rejects(
    take(
      of([
        [0, 1],
        [12, 1],
      ]),
      { request },
    ),
    { code: 'input.metadata', message: /step is 12.*0\/6/ },
  );
});

t.test('a message of several fields is one message under the key of its first field, and that is told', async (t) => {
  const one = parseMessage(message({ step: 6 }), tables)[0] as ReturnType<typeof parseMessage>[0];
  const other = parseMessage(message({ step: 12 }), tables)[0] as ReturnType<typeof parseMessage>[0];
  const part = (m: typeof one, from: number): Uint8Array => m.bytes.subarray(m.sections[from]?.start, m.bytes.length - 4);
  const whole = concatenated([one.bytes.subarray(0, one.bytes.length - 4), part(other, 4), octets('7777')]);
  new DataView(whole.buffer).setUint32(12, whole.length);
  t.equal(parseMessage(whole, tables).length, 2);
  const { disk, archiver, warnings, take } = await place();
  const done = await take(concatenated([whole, message({ step: 0 })]));
  t.same([done.messages, done.multiField], [2, 1]);
  t.same(warnings, ['fdb.multi-field']);
  await archiver.close();
  const found = await visible(disk);
  t.same([...found.keys()].sort(), ['0:1:500:130', '6:1:500:130']);
  t.equal(found.get('6:1:500:130')?.length, whole.length);
});

t.test('fields without MARS keys, without rule, and octets without messages are told with their place', async (t) => {
  const { take, archiver, disk } = await place();
  const bare = message({ class: undefined, type: undefined, stream: undefined, expver: undefined } as unknown as Partial<NewMessageKeys>);
  const hasClass = parseMessage(bare, tables)[0]?.sections[2] !== undefined;
  const foreign = hasClass ? withoutLocalSection(bare) : bare;
  await t.rejects(take(concatenated([message(), foreign])), { code: 'input.metadata', message: /no MARS keys.*message 2/ });
  await t.rejects(take(message({ stream: 'wave' })), { code: 'input.metadata', message: /no rule.*message 1/ });
  await t.rejects(take(octets('no grib at all')), { code: 'data.message' });
  const cut = message().subarray(0, 120);
  await t.rejects(take(concatenated([message(), cut])), { code: 'data.truncated' });
  const damage: DteError[] = [];
  const done = await take(concatenated([message(), cut]), { onDamage: (error) => damage.push(error) });
  t.equal(done.messages, 1);
  t.same(
    damage.map(({ code }) => code),
    ['data.truncated'],
  );
  await archiver.close();
  t.equal((await visible(disk)).size, 1);
});

function withoutLocalSection(bytes: Uint8Array): Uint8Array {
  const { start, length } = (parseMessage(bytes, tables)[0] as Message).sections[2] as { start: number; length: number };
  const whole = concatenated([bytes.subarray(0, start), bytes.subarray(start + length)]);
  new DataView(whole.buffer).setUint32(12, whole.length);
  return whole;
}

t.test('streams are archived as they come', async (t) => {
  const { disk, archiver } = await place();
  const all = concatenated([0, 6, 12].map((step) => message({ step })));
  const whole = memoryFile(all, 'standard input');
  // As standard input: no length, and pieces of any size.
  const stream = {
    path: whole.path,
    sizeBytes: undefined,
    read: (position: number, length: number) => whole.read(position, Math.min(length, 100)),
    close: whole.close,
  };
  const config = await memoryConfig(disk);
  const done = await archiveMessages(contextOn(disk), archiver, stream, { tables, schema: config.schema });
  t.equal(done.messages, 3);
  await archiver.close();
  t.equal((await visible(disk)).size, 3);
});

const sample = '/usr/share/eccodes/samples/GRIB1.tmpl';
const noSample = ((): string | false => {
  try {
    readFileSync(sample);
    return false;
  } catch {
    if (process.env['DTE_PEERS'] === 'required') throw new Error('the samples of ecCodes are required and not installed');
    return 'the samples of ecCodes are not installed';
  }
})();

t.test('parameters of edition 1 are named by their number in the common table', { skip: noSample }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-archive-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'field.grib');
  const { disk, archiver, take } = await place();
  // 167.128 is 167 and 229.140 is 140229: as fdb-write 5.10.8 stores them.
  for (const [table, parameter] of [
    [128, 167],
    [140, 229],
  ]) {
    const sets = `setLocalDefinition=1,localDefinitionNumber=1,class=rd,type=fc,stream=oper,expver=xxxx,dataDate=20240101,dataTime=0,step=6,table2Version=${table},indicatorOfParameter=${parameter}`;
    execFileSync('grib_set', ['-s', sets, sample, path]);
    await take(new Uint8Array(readFileSync(path)));
  }
  await archiver.close();
  t.same([...(await visible(disk, '/r1/rd:xxxx:oper:20240101:0000:g')).keys()].map((text) => text.split(':').at(-1)).sort(), [
    '140229',
    '167',
  ]);
});
