import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { fdbSink } from '../../src/fdb/sink.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { encode, gribTables, newMessage } from '../../src/grib/index.js';
import { fieldOf } from '../grib/recoded.js';
import { cpuEngine } from '../support/engines.js';
import { memoryDisk } from '../support/memory-disk.js';
import { contextOn, memoryConfig, visible } from './archive-support.js';

const tables = await gribTables(nodeContext());

t.test('every layer of a field becomes a message of the store, octet for octet what encode gives', async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  const grid = gridFromSpec({ grid: [10, 10] });
  const keys = {
    date: 20240101,
    step: 6,
    param: 't',
    levtype: 'pl',
    class: 'rd',
    type: 'pf',
    stream: 'enfo',
    expver: 'xxxx',
    ensembleSize: 10,
  } as const;
  const templates = [1, 2, 3].map((number) => newMessage({ ...keys, level: 500, number }, grid, tables));
  const values = templates.map((_, layer) =>
    Float64Array.from({ length: grid.points }, (_, point) => (point % 7 === 3 ? NaN : 200 + layer + Math.sin(point))),
  );
  const field = await fieldOf(engine, templates, values);
  const sink = fdbSink(engine, archiver, { bits: 12 });
  await sink.write(field);
  t.equal((await visible(disk)).size, 0, 'nothing is visible before the flush');
  await sink.flush();
  const expected = (await encode(engine, field, { bits: 12 })).map((bytes) => Buffer.from(bytes).toString('latin1'));
  t.same(
    [1, 2, 3].map((number) => `6:${number}:500:130`).map((text, i) => [text, expected[i]]),
    [...(await visible(disk))].sort(),
  );
  const relabelled = fdbSink(engine, archiver, {
    keys: new Map([
      ['expver', 'yyyy'],
      ['step', '12'],
    ]),
  });
  await relabelled.write(field);
  await relabelled.close();
  const other = await visible(disk, '/r1/rd:yyyy:enfo:20240101:0000:g');
  t.same([...other.keys()].sort(), ['12:1:500:130', '12:2:500:130', '12:3:500:130']);
  await archiver.close();
  await t.rejects(sink.write(field), { code: 'fault.cancelled' }, 'the archiver is closed');
});

t.test('a field that the store refuses gives its error, and the sink goes on', async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  const grid = gridFromSpec({ grid: [30, 30] });
  const template = (stream: string): ReturnType<typeof newMessage> =>
    newMessage(
      {
        date: 20240101,
        step: 6,
        param: 't',
        levtype: 'pl',
        level: 500,
        class: 'rd',
        type: 'pf',
        stream,
        expver: 'xxxx',
        number: 1,
        ensembleSize: 10,
      },
      grid,
      tables,
    );
  const values = new Float64Array(grid.points).fill(280);
  const sink = fdbSink(engine, archiver);
  await t.rejects(sink.write(await fieldOf(engine, [template('wave')], [values])), { code: 'input.metadata' });
  await sink.write(await fieldOf(engine, [template('enfo')], [values]));
  await sink.close();
  t.equal((await visible(disk)).size, 1);
});
