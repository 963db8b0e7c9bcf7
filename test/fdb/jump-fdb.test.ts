// Partial reads from databases: ours with sidecars made while archiving, and those of upstream's tools with sidecars made afterwards.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { concatenated, type Context, type DteError, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import {
  extract,
  type ExtractedField,
  type ExtractRequest,
  indexJumps,
  type JumperOptions,
  openJumpWriter,
  sidecarEnding,
} from '../../src/fdb/jump/index.js';
import type { Shortfall } from '../../src/fdb/read/shortfall.js';
import type { Selection } from '../../src/fdb/types.js';
import { archiveMessages } from '../../src/fdb/write/archive-messages.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { encode, newMessage, parseMessage, withKeys } from '../../src/grib/index.js';
import { fieldOf } from '../grib/recoded.js';
import { loadTables } from '../grib/peer.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { fdbPeer, noFdb, peerSchema } from '../support/fdb-peer.js';
import { seeded } from '../support/random.js';

const tables = await loadTables();
const exact = await cpuEngine({ precision: 'f64', threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'dte-jump-fdb-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await exact.close();
});

const grid = gridFromSpec({ grid: 'O16' });
const steps = [0, 6, 12, 18];
const numbers = [1, 2, 3];

/** A field for each step and member, and the full decode of each under `step/number`. */
async function makeMessages(): Promise<{ readonly bytes: Uint8Array; readonly values: ReadonlyMap<string, Reals> }> {
  const template = newMessage(
    {
      date: 20240101,
      step: 0,
      param: 't',
      levtype: 'pl',
      level: 500,
      number: 1,
      ensembleSize: 3,
      type: 'pf',
      stream: 'enfo',
      class: 'rd',
      expver: 'xxxx',
    },
    grid,
    tables,
  );
  const random = seeded(2);
  const all = steps.flatMap((step) =>
    numbers.map((number) => ({ step, number, values: Float64Array.from({ length: grid.points }, () => random() * 100) })),
  );
  const field = await fieldOf(
    exact,
    all.map(() => template),
    all.map(({ values }) => values),
    grid,
  );
  const encoded = (await encode(exact, field, { packing: 'ccsds', bits: 16 })).map((bytes, index) => {
    const { step, number } = all[index] as (typeof all)[0];
    return withKeys(
      parseMessage(bytes, tables)[0] as Parameters<typeof withKeys>[0],
      new Map([
        ['step', step],
        ['number', number],
      ]),
    );
  });
  const full = await decoded(
    exact,
    encoded.flatMap((bytes) => parseMessage(bytes, tables)),
  );
  return {
    bytes: concatenated(encoded),
    values: new Map(all.map(({ step, number }, index) => [`${step}/${number}`, full[index] as Reals])),
  };
}

const { bytes, values } = await makeMessages();

function selectionOf(more: Readonly<Record<string, readonly string[]>> = {}): Selection {
  const fixed = {
    class: ['rd'],
    expver: ['xxxx'],
    stream: ['enfo'],
    date: ['20240101'],
    time: ['0000'],
    domain: ['g'],
    type: ['pf'],
    levtype: ['pl'],
  };
  return new Map(
    Object.entries({ ...fixed, step: steps.map(String), number: numbers.map(String), levelist: ['500'], param: ['130'], ...more }),
  );
}

async function ownStore(name: string): Promise<{ context: Context; config: FdbConfig; root: string }> {
  const root = join(folder, name);
  const schema = join(folder, `${name}.schema`);
  writeFileSync(schema, peerSchema);
  const context = { ...nodeContext(), env: {} };
  await context.disk?.makeFolder(root);
  const config = await readFdbConfig(context, {
    config: { type: 'local', engine: 'toc', schema, spaces: [{ name: 'all', handler: 'Default', roots: [{ path: root }] }] },
  });
  return { context, config, root };
}

async function all(
  context: Context,
  config: FdbConfig,
  requests: readonly ExtractRequest[],
  options: JumperOptions & { onShortfall?(request: number, shortfall: Shortfall): void } = {},
): Promise<readonly ExtractedField[]> {
  const found: ExtractedField[] = [];
  for await (const field of extract(context, config, requests, { threads: 1, ...options })) found.push(field);
  return found;
}

function sidecarsIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(sidecarEnding));
}

const indices = [5, 1599, 0, 800];

function check(test: Test, found: readonly ExtractedField[], name: string): void {
  const wanted = steps.flatMap((step) => numbers.map((number) => `${step}/${number}`));
  test.same(
    found.map(({ key }) => `${key.get('step')}/${key.get('number')}`),
    wanted,
    `${name}: the order of the request`,
  );
  test.same(
    found.map(({ values: got }) => Array.from(got[0] as Float64Array)),
    wanted.map((cell) => indices.map((index) => values.get(cell)?.[index])),
    `${name}: values of the full decode`,
  );
}

t.test('sidecars are written while messages are archived, one write for each flush, and serve the reads', async (t) => {
  const { context, config, root } = await ownStore('archived');
  const notices: DteError[] = [];
  const writer = openJumpWriter(context, { threads: 1, onDamage: (error) => notices.push(error) });
  const archiver = openArchiver(context, config, writer);
  const half = bytes.length / 2;
  for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) {
    await archiveMessages(context, archiver, part, { tables, schema: config.schema });
    await archiver.flush();
  }
  await archiver.close();
  await writer.close();
  t.same(notices.map(String), []);
  t.equal(sidecarsIn(root).length, 1);
  check(t, await all(context, config, [{ selection: selectionOf(), indices }], { lazy: false }), 'made while archiving');
});

t.test('a database of upstream is indexed afterwards, and read at ranges, indices and points', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  try {
    peer.run('fdb-write', peer.file('in.grib', bytes));
    const context = { ...nodeContext(), env: peer.env };
    const config = await readFdbConfig(context);
    check(t, await all(context, config, [{ selection: selectionOf(), indices }]), 'lazy');
    t.same(sidecarsIn(peer.root), []);
    t.same(await indexJumps(context, config, new Map([['step', ['6']]]), { threads: 1 }), {
      messages: 3,
      made: 3,
      known: 0,
      unsupported: 0,
      files: 1,
    });
    t.same(await indexJumps(context, config, selectionOf(), { threads: 1 }), { messages: 12, made: 9, known: 3, unsupported: 0, files: 1 });
    check(t, await all(context, config, [{ selection: selectionOf(), indices }], { lazy: false }), 'indexed');
    const { lat, lon } = grid.coordinates();
    const points = indices.map((index) => ({ lat: lat[index] as number, lon: lon[index] as number }));
    check(t, await all(context, config, [{ selection: selectionOf(), points }], { lazy: false }), 'points');
    const [ranged] = await all(context, config, [
      {
        selection: selectionOf({ step: ['12'], number: ['2'] }),
        ranges: [
          [3, 5],
          [1598, 1600],
        ],
      },
    ]);
    const full = values.get('12/2') as Reals;
    t.same(
      ranged?.values.map((range) => Array.from(range)),
      [
        [full[3], full[4]],
        [full[1598], full[1599]],
      ],
    );
    // What is listed, read and wiped by upstream does not change by a sidecar beside the data.
    t.equal(peer.list('class=rd,expver=xxxx').length, 12);
  } finally {
    peer.remove();
  }
});

t.test('fields that are not there are an error, or reported where that is wanted', async (t) => {
  const { context, config } = await ownStore('short');
  const archiver = openArchiver(context, config);
  await archiveMessages(context, archiver, bytes, { tables, schema: config.schema });
  await archiver.close();
  const selection = selectionOf({ step: ['6', '7'], number: ['1'] });
  const error = await all(context, config, [{ selection, indices }]).then(
    () => undefined,
    (thrown: DteError) => thrown,
  );
  t.ok(isDteError(error, 'absent.field'), `${error?.message}`);
  const missing: number[] = [];
  const found = await all(context, config, [{ selection, indices }], { onShortfall: (request, { count }) => missing.push(request, count) });
  t.same(
    found.map(({ key }) => key.get('step')),
    ['6'],
  );
  t.same(missing, [0, 1]);
});
