import t from 'tap';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { axes, inspect, listEntries, retrieve } from '../../src/fdb/read/index.js';
import { combinedKey, type Selection } from '../../src/fdb/types.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { contextOn, memoryConfig, metadata, octets, peerSchema } from './archive-support.js';

const yearly = `param:Param; step:Step; date:Date; time:Time; expver:Expver; levelist:Double; number:Integer;
[ class, expver, stream=clte, date:Year
    [ date:Month, type, levtype [ date:Date, time, levelist?, param ]]]
`;

function asked(values: Readonly<Record<string, string>>): Selection {
  return new Map(Object.entries(values).map(([keyword, text]) => [keyword, text.split('/')]));
}

async function archive(disk: MemoryDisk, config: FdbConfig, keys: readonly Readonly<Record<string, string>>[]): Promise<void> {
  const archiver = openArchiver(contextOn(disk), config);
  for (const key of keys) await archiver.archiveKey(new Map(Object.entries(key)), [octets(JSON.stringify(key))]);
  await archiver.close();
}

t.test('a date that stands on three levels is one keyword of a request', async (t) => {
  const disk = memoryDisk();
  disk.put('/schema', octets(yearly));
  await disk.makeFolder('/r1');
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  const common = { class: 'd1', expver: '0001', stream: 'clte', type: 'fc', levtype: 'sfc', time: '0000' };
  const dates = ['20231231', '20240101', '20240102', '20240201'];
  await archive(
    disk,
    config,
    dates.map((date) => ({ ...common, date, param: '167' })),
  );
  const request = asked({ ...common, date: '20240201/20231231/20240102/20250101', param: '167' });
  const found = await inspect(context, config, request);
  t.same(
    found.map((entry) => combinedKey(entry).get('date')),
    ['20240201', '20240102', '20231231'],
    'the years in the order of the request, in each the months, in each the dates',
  );
  const shortfall = await retrieve(context, config, request).shortfall;
  t.match(shortfall, { count: 1, asked: 4 });
  t.same(
    shortfall.cells.map((cell) => cell.get('date')),
    ['20250101'],
  );
  t.same((await axes(context, config, asked({ class: 'd1' }))).get('date'), dates);
});

t.test('wind that is not there is answered by vorticity and divergence, each once', async (t) => {
  const disk = memoryDisk();
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  await archive(
    disk,
    config,
    ['130', '138', '155'].map((param) => Object.fromEntries(metadata({ param }))),
  );
  const params = async (param: string): Promise<readonly (string | undefined)[]> =>
    (await inspect(context, config, asked({ ...Object.fromEntries(metadata()), param }))).map((entry) => combinedKey(entry).get('param'));
  t.same(await params('130/131/132'), ['130', '138', '155']);
  t.same(await params('132'), ['138', '155']);
  const both = await retrieve(context, config, asked({ ...Object.fromEntries(metadata()), param: '131/132/133' })).shortfall;
  t.match(both, { count: 1, asked: 3 }, 'u and v are both answered');
  t.same(
    both.cells.map((cell) => cell.get('param')),
    ['133'],
  );
});

t.test('a step and the interval that means the same are both found where both are there', async (t) => {
  const disk = memoryDisk();
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  await archive(disk, config, [
    Object.fromEntries(metadata({ step: '0-6', param: '228' })),
    Object.fromEntries(metadata({ step: '6', param: '167' })),
    Object.fromEntries(metadata({ step: '0-6', param: '167' })),
  ]);
  const found = await inspect(context, config, asked({ ...Object.fromEntries(metadata()), step: '6', param: '167/228' }));
  t.same(
    found.map((entry) => `${combinedKey(entry).get('step')} ${combinedKey(entry).get('param')}`),
    ['6 167', '0-6 228'],
    'the very step where it is there',
  );
});

t.test('optional keywords that are not named are told where naming them would find something', async (t) => {
  const disk = memoryDisk();
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  const forecast = { ...Object.fromEntries(metadata()), stream: 'oper', type: 'fc' };
  const { domain: _domain, number: _number, ...unnamed } = forecast as typeof forecast & { domain: string; number: string };
  await archive(disk, config, [
    { ...unnamed, domain: 'e', step: '6' },
    { ...unnamed, step: '12' },
  ]);
  const reasonsOf = async (keys: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    (await retrieve(context, config, asked(keys)).shortfall).reasons.map(({ text }) => text);
  t.same(await reasonsOf({ ...unnamed, step: '12' }), [], 'the default is there');
  // An ensemble, whose number and level are optional.
  const member = Object.fromEntries(metadata({ number: '3' }));
  await archive(disk, config, [member]);
  const { number: _three, ...anyMember } = member as typeof member & { number: string };
  t.match(await reasonsOf(anyMember), [/^'number' is not named, and number=3 would find some$/, /does not hold/]);
  t.same(await reasonsOf({ ...anyMember, step: '48' }), ['the database that fits does not hold them'], 'nothing would be found');
  // Only where the folder of the default is not there are others looked for.
  const other = { ...unnamed, date: '20240105', domain: 'e' };
  await archive(disk, config, [other]);
  const { domain: _e, ...anyDomain } = other;
  t.match(await reasonsOf(anyDomain), [/^'domain' is not named, and domain=e would find some$/, /does not hold/]);
});

t.test('lanes of a configuration are searched together', async (t) => {
  const disk = memoryDisk();
  disk.put('/schema', octets(peerSchema));
  const here = contextOn({ ...disk, realPath: async (path: string) => (path === '.' ? '/' : path) });
  const lane = (name: string): object => {
    const root = `/${name}`;
    return {
      select: `expver=${name}`,
      type: 'local',
      engine: 'toc',
      schema: '/schema',
      spaces: [{ name: 'all', roots: [{ path: root }] }],
    };
  };
  for (const name of ['aaaa', 'bbbb']) await disk.makeFolder(`/${name}`);
  const config = await readFdbConfig(here, { config: { type: 'select', fdbs: [lane('aaaa'), lane('bbbb')] } });
  await archive(
    disk,
    config,
    ['aaaa', 'bbbb'].map((expver) => Object.fromEntries(metadata({ expver }))),
  );
  const context = contextOn(disk);
  const found = await inspect(context, config, asked({ ...Object.fromEntries(metadata()), expver: 'bbbb/aaaa' }));
  t.same(
    found.map((entry) => combinedKey(entry).get('expver')),
    ['bbbb', 'aaaa'],
  );
  let count = 0;
  for await (const entries of listEntries(context, config, new Map())) count += entries.length;
  t.equal(count, 2);
  const none = await retrieve(context, config, asked({ ...Object.fromEntries(metadata()), expver: 'cccc' })).shortfall;
  t.match(none, { count: 1, reasons: [{ kind: 'value', text: /no lane/ }] });
});

t.test('values that are none of their type are refused by name', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const request = asked({ ...Object.fromEntries(metadata()), date: '20241350' });
  await t.rejects(inspect(contextOn(disk), config, request), { code: 'input.value', message: /date/ });
});
