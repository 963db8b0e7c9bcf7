import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { readFdbConfig } from '../../src/fdb/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { encode, get, gribTables, type Message, messages, newMessage } from '../../src/grib/index.js';
import { fieldOf } from '../grib/recoded.js';
import { cpuEngine } from '../support/engines.js';
import { dte } from './dte.js';

const folder = mkdtempSync(join(tmpdir(), 'regrid-fdb-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const env = { DTE_FDB_ROOT: join(folder, 'root') };
const context = { ...nodeContext(), env };
const request = 'fdb:class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl,levelist=500,param=130';
const grid = gridFromSpec({ grid: [5, 5] });
const file = join(folder, 'in.grib');

t.before(async () => {
  const engine = await cpuEngine();
  const tables = await gribTables(context);
  const archiver = openArchiver(context, await readFdbConfig(context));
  const all: Uint8Array[] = [];
  for (const number of [1, 2, 3, 4]) {
    const keys = {
      date: 20240101,
      step: 6,
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
    const field = await fieldOf(
      engine,
      [newMessage(keys, grid, tables)],
      [Float64Array.from({ length: grid.points }, (_, point) => 250 + number * Math.sin(point))],
    );
    const [bytes] = (await encode(engine, field, { bits: 16 })) as [Uint8Array];
    all.push(bytes);
    const archived = {
      class: 'rd',
      expver: 'xxxx',
      stream: 'enfo',
      date: '20240101',
      time: '0000',
      domain: 'g',
      type: 'pf',
      levtype: 'pl',
    };
    await archiver.archiveKey(new Map(Object.entries({ ...archived, step: '6', number: String(number), levelist: '500', param: '130' })), [
      bytes,
    ]);
  }
  await archiver.close();
  await engine.close();
  writeFileSync(file, Buffer.concat(all));
});

t.test('dte regrid gives the same for fields of a store as for a file of them', async (t) => {
  const [fromFile, fromStore] = ['file.grib', 'store.grib'].map((name) => join(folder, name)) as [string, string];
  t.equal((await dte(['regrid', file, '-o', fromFile, '--grid', '10/10'], { env })).code, 0);
  const run = await dte(['regrid', `${request},step=6,number=1/to/4`, '-o', fromStore, '--grid', '10/10'], { env });
  t.equal(run.code, 0, run.stderr);
  t.ok(readFileSync(fromStore).equals(readFileSync(fromFile)));
});

t.test('dte regrid into a store leaves messages there that have the keys of the output', async (t) => {
  const run = await dte(['regrid', `${request},step=6,number=1/to/4`, '-o', 'fdb:expver=0002', '--grid', '10/10'], { env });
  t.equal(run.code, 0, run.stderr);
  const back = join(folder, 'back.grib');
  const read = await dte(['regrid', `${request.replace('xxxx', '0002')},step=6,number=4/3/2/1`, '-o', back, '--grid', '10/10'], { env });
  t.equal(read.code, 0, read.stderr);
  const found: unknown[] = [];
  const opened = await context.fs.open(back);
  for await (const message of messages(opened, { tables: await gribTables(context) }))
    found.push([get(message as Message, 'expver'), get(message, 'number')]);
  await opened.close();
  t.same(
    found,
    [4, 3, 2, 1].map((number) => ['0002', number]),
  );
});

t.test('dte regrid says which fields are not in the store, and writes nothing', async (t) => {
  const output = join(folder, 'none.grib');
  const run = await dte(['regrid', `${request},step=6,number=1/9`, '-o', output, '--grid', '10/10'], { env });
  t.equal(run.code, 4);
  t.match(run.stderr, /1 of 2 fields are not there: \{.*number=9.*\}/);
  t.throws(() => readFileSync(output));
  const several = await dte(['regrid', file, '-o', 'fdb:expver=0002/0003', '--grid', '10/10'], { env });
  t.equal(several.code, 2);
});
