import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec, layerOf, releaseField } from '../../src/atlas/index.js';
import type { Context, DteError } from '../../src/base/index.js';
import { readFdbConfig } from '../../src/fdb/config/index.js';
import { retrieve } from '../../src/fdb/read/index.js';
import { fdbSource } from '../../src/fdb/source.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { encode, get, gribTables, type Message, newMessage, parseMessage } from '../../src/grib/index.js';
import { fieldOf } from '../grib/recoded.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { memoryDisk } from '../support/memory-disk.js';
import { contextOn, memoryConfig, metadata } from './archive-support.js';
import { context as nodeOnly, selection } from './read-support.js';

const tables = await gribTables(nodeOnly);
const request = 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl,levelist=500,param=130,number=1/2/3';
const grids = [gridFromSpec({ grid: [10, 10] }), gridFromSpec({ grid: [20, 20] })] as const;

/** Steps 0 and 6 on one grid, 12 on another; numbers 1 to 3. */
async function messagesByKey(): Promise<ReadonlyMap<string, Uint8Array>> {
  const engine = await cpuEngine();
  try {
    const result = new Map<string, Uint8Array>();
    for (const step of [0, 6, 12])
      for (const number of [1, 2, 3]) {
        const grid = grids[step === 12 ? 1 : 0];
        const keys = {
          date: 20240101,
          step,
          param: 't',
          levtype: 'pl',
          level: 500,
          class: 'rd',
          type: 'pf',
          stream: 'enfo',
          expver: 'xxxx',
          number,
          ensembleSize: 10,
        } as const;
        const values = Float64Array.from({ length: grid.points }, (_, point) => 200 + step + number + Math.sin(point));
        const field = await fieldOf(engine, [newMessage(keys, grid, tables)], [values]);
        result.set(`${step}/${number}`, (await encode(engine, field, { bits: 16 }))[0] as Uint8Array);
        releaseField(field);
      }
    return result;
  } finally {
    await engine.close();
  }
}

async function archived(
  context: Context,
  config: Parameters<typeof openArchiver>[1],
  messages: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const archiver = openArchiver(context, config);
  for (const [name, bytes] of messages) {
    const [step, number] = name.split('/') as [string, string];
    await archiver.archiveKey(metadata({ step, number }), [bytes]);
  }
  await archiver.close();
}

t.test('fields come decoded on the engine, one for each run of a grid, with the values of their messages', async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const disk = memoryDisk();
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  const messages = await messagesByKey();
  await archived(context, config, messages);
  for (const order of ['request', 'storage'] as const) {
    const names: string[] = [];
    const shapes: string[] = [];
    const values: Reals[] = [];
    for await (const field of retrieve(context, config, selection(`${request},step=12/6/0`), { order, expect: 'all' }).fields(engine)) {
      shapes.push(`${field.layers.length}x${field.grid.points}`);
      const tiles = await engine.read(...field.tiles.map((tile) => tile.values));
      for (const [layer, message] of field.layers.entries()) {
        names.push(`${get(message, 'step')}/${get(message, 'number')}`);
        values.push(layerOf(field, tiles as Reals[], layer, Number.NaN));
      }
      releaseField(field);
    }
    t.same(
      names,
      [...(order === 'request' ? [12, 6, 0] : [0, 6, 12])].flatMap((step) => [1, 2, 3].map((number) => `${step}/${number}`)),
      order,
    );
    t.same(shapes.sort(), [`3x${grids[1].points}`, `6x${grids[0].points}`]);
    const expected = await decoded(
      engine,
      names.map((name) => parseMessage(messages.get(name) as Uint8Array, tables)[0] as Message),
      'canonical',
    );
    t.same(values, expected, 'values');
  }
  t.equal(engine.memory.inUseBytes, 0, 'everything was given back');
});

t.test('fdb:REQUEST is a source of a pipeline, and what is missing ends it or is told', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-fields-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const context: Context = { ...nodeOnly, env: { DTE_FDB_ROOT: folder } };
  const config = await readFdbConfig(context);
  const messages = await messagesByKey();
  await archived(context, config, messages);
  const source = await fdbSource(context, `fdb:${request.replace('/2/3', '/to/3')},step=0/to/6/by/6`);
  const steps: unknown[] = [];
  for await (const message of source.messages) steps.push(get(message, 'step'));
  t.same(steps, [0, 0, 0, 6, 6, 6]);
  t.equal(
    source.totalBytes,
    [...messages].filter(([name]) => !name.startsWith('12')).reduce((sum, [, bytes]) => sum + bytes.length, 0),
  );
  await t.rejects(fdbSource(context, `fdb:${request},step=6/18`), { code: 'absent.field', message: /3 of 6 fields are not there/ });
  const told: DteError[] = [];
  const rest = await fdbSource(context, `fdb:${request},step=6/18`, { onDamage: (error) => told.push(error) });
  t.same(
    told.map(({ code }) => code),
    ['absent.field'],
  );
  let count = 0;
  for await (const _ of rest.messages) count++;
  t.equal(count, 3);
  await t.rejects(fdbSource(context, 'fdb:clas=rd'), { code: 'input.keyword' });
});
