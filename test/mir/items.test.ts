// Messages of a stream as items: which are pairs, in which order, and what becomes of halves that stay alone.
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type DteError, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { get, gribTables, type Message, newMessage } from '../../src/grib/index.js';
import { itemBatches, type ItemsOptions, type MirOptions, parseMirOptions } from '../../src/mir/index.js';

const tables = await gribTables(nodeContext());
const coarse = gridFromSpec('10/10');
const fine = gridFromSpec('5/5');

const field = (param: string, level: number, more: { readonly step?: number; readonly grid?: typeof coarse } = {}): Message =>
  newMessage({ date: 20240101, param, levtype: 'pl', level, step: more.step ?? 0 }, more.grid ?? coarse, tables);

async function* stream(messages: readonly Message[]): AsyncGenerator<Message> {
  yield* messages;
}

/** Items as text: 'u500+v500', 't500', batches apart by '|'. */
async function items(messages: readonly Message[], options: Record<string, unknown>, more: ItemsOptions = {}): Promise<string> {
  const batches: string[] = [];
  const targets: MirOptions[] = [parseMirOptions(options)];
  for await (const batch of itemBatches(stream(messages), targets, more))
    batches.push(
      batch.items.map(({ messages: own }) => own.map((one) => `${get(one, 'shortName')}${get(one, 'level')}`).join('+')).join(' '),
    );
  return batches.join(' | ');
}

t.test('pairs take the place of their later half, in whatever order the halves come', async (t) => {
  const [u5, v5, t5] = [field('u', 500), field('v', 500), field('t', 500)];
  const [u8, v8] = [field('u', 850), field('v', 850)];
  t.equal(await items([u5, v5, t5, v8, u8], { uv: true }), 'u500+v500 t500 u850+v850');
  t.equal(await items([u5, u8, t5, v8, v5], { uv2uv: true }), 't500 u850+v850 u500+v500');
  t.equal(await items([u5, v5, t5], { grid: '1/1' }), 'u500 v500 t500', 'without the option none is a pair');
  t.equal(await items([u5, v5, t5], { vod2uv: true }), 'u500 v500 t500', 'vod2uv is about vorticity and divergence');
  t.equal(await items([field('vo', 500), field('d', 500)], { vod2uv: true }), 'vo500+d500');
  t.equal(await items([u5, v5], { nabla: 'uv-vorticity' }), 'u500+v500');
});

t.test('equal halves are matched first come, first served', async (t) => {
  const first = field('u', 500);
  const second = field('u', 500);
  const seen: Message[] = [];
  for await (const batch of itemBatches(stream([first, second, field('v', 500), field('v', 500)]), [parseMirOptions({ uv: true })]))
    seen.push(...batch.items.map((item) => item.messages[0] as Message));
  t.equal(seen[0], first);
  t.equal(seen[1], second);
});

t.test('halves of other steps, levels or grids are no pair', async (t) => {
  for (const other of [field('v', 500, { step: 6 }), field('v', 850), field('v', 500, { grid: fine })]) {
    const left: DteError[] = [];
    t.equal(await items([field('u', 500), other], { uv: true }, { onDamage: (error) => left.push(error) }), '');
    t.equal(left.length, 2);
    t.match(left[0]?.message, /no field of parameter 132 goes with this one of parameter 131 \(u\)/);
    t.match(left[1]?.message, /no field of parameter 131 goes with this one of parameter 132 \(v\)/);
    await t.rejects(items([field('u', 500), other], { uv: true }), { code: 'absent.field' });
  }
});

t.test('a change of grid ends a batch', async (t) => {
  t.equal(
    await items([field('u', 500), field('v', 500), field('t', 500, { grid: fine }), field('t', 500)], { uv: true }),
    'u500+v500 | t500 | t500',
  );
});

t.test('what waits for its other half is bounded', async (t) => {
  const many = [1000, 850, 700, 500].map((level) => field('u', level));
  const bytes = many[0]!.bytes.length;
  const error = await items(
    [...many, ...[1000, 850, 700, 500].map((level) => field('v', level))],
    { uv: true },
    { mostHeldBytes: 3 * bytes },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  t.ok(isDteError(error, 'limit.memory'), String(error));
  t.match((error as Error).message, /octets of fields wait for the other of their pair.*closer together/);
  t.equal(
    await items([...many.slice(0, 3), ...[1000, 850, 700].map((level) => field('v', level))], { uv: true }, { mostHeldBytes: 3 * bytes }),
    'u1000+v1000 u850+v850 u700+v700',
  );
});

t.test('octets read are told, also of messages that wait', async (t) => {
  const told: number[] = [];
  const messages = [field('u', 500), field('v', 500)];
  await items(messages, { uv: true }, { progress: (bytes) => told.push(bytes) });
  t.equal(
    told.at(-1),
    messages.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
});
