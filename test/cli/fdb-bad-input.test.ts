// Bad input to the field store: one clear message, the exit code of its family, never silence with exit 0.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { encodeRecord, type RecordContent } from '../../src/fdb/format/index.js';
import { gribTables, newMessage, type NewMessageKeys } from '../../src/grib/index.js';
import { peerSchema } from '../support/fdb-peer.js';
import { dte, type Finished, output, scratch } from './dte.js';

t.setTimeout(120_000);
const folder = scratch(t);
const at = (name: string): string => join(folder, name);
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

/** A message as a centre writes it that does not use MARS: section 2, which has class, stream, type and expver, is left out. */
function withoutLocalSection(whole: Uint8Array): Uint8Array {
  const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
  const start = 16 + view.getUint32(16);
  if (whole[start + 4] !== 2) throw new Error('there is no section 2');
  const bytes = new Uint8Array(Buffer.concat([whole.subarray(0, start), whole.subarray(start + view.getUint32(start))]));
  new DataView(bytes.buffer).setUint32(12, bytes.length);
  return bytes;
}

/** A store of its own, with one field. */
async function store(
  name: string,
  schema = peerSchema,
): Promise<{ readonly root: string; readonly env: Readonly<Record<string, string>>; readonly database: string }> {
  mkdirSync(at(name));
  const root = at(`${name}/root`);
  mkdirSync(root);
  writeFileSync(at(`${name}/schema`), schema);
  writeFileSync(at(`${name}/dbnames`), '');
  writeFileSync(
    at(`${name}/config.yaml`),
    JSON.stringify({
      type: 'local',
      engine: 'toc',
      schema: at(`${name}/schema`),
      spaces: [{ name: 'all', handler: 'Default', roots: [{ path: root }] }],
    }),
  );
  writeFileSync(at(`${name}/one.grib`), message());
  const env = { FDB5_CONFIG_FILE: at(`${name}/config.yaml`), FDB_DBNAMES_FILE: at(`${name}/dbnames`) };
  await output(['fdb', 'write', at(`${name}/one.grib`)], { env });
  return { root, env, database: join(root, readdirSync(root)[0] as string) };
}

const whole = 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g';
const field = `${whole},type=pf,levtype=pl,step=6,number=1,levelist=500,param=130`;
const retrieve = (request: string): Buffer => Buffer.from(`retrieve,${request}\n`);

function told(t: Test, run: Finished, code: number, text: RegExp, what: string): void {
  t.equal(run.code, code, `${what}: ${run.stderr}`);
  t.match(run.stderr, text, what);
  t.ok(run.stderr.trim().split('\n').length <= 6, `${what}: few lines`);
}

t.test('requests that ask for what is not there, or ask wrongly', async (t) => {
  const { env } = await store('requests');
  const lists: readonly (readonly [string, number, RegExp])[] = [
    // As upstream: a listing of nothing is no failure, but it is told.
    ['class=rd,expver=none', 0, /no .*expver=none/],
    ['class=rd,stpe=6', 2, /'stpe' is not a keyword/],
    ['class=zz', 2, /'zz'.*class|class.*'zz'/],
    ['class=rd,date=20241399', 2, /20241399/],
    ['class=rd,', 2, /./],
    ['class', 2, /./],
  ];
  await Promise.all(
    lists.map(async ([request, code, text]) => told(t, await dte(['fdb', 'list', request], { env }), code, text, `list ${request}`)),
  );
  const reads: readonly (readonly [string, number, RegExp])[] = [
    [field.replace('step=6', 'step=12'), 4, /1 of 1 field|missing/],
    [field.replace('levtype=pl,', ''), 4, /levtype/],
    [field.replace('expver=xxxx,', ''), 4, /expver/],
    [field.replace('step=6', 'step=6/12'), 4, /step=12/],
    [field.replace('param=130', 'prm=130'), 2, /prm/],
    [field.replace('levtype=pl', 'levtype=zz'), 2, /zz/],
  ];
  await Promise.all(
    reads.map(async ([request, code, text], number) => {
      const file = at(`read.${number}`);
      writeFileSync(`${file}.mars`, retrieve(request));
      told(t, await dte(['fdb', 'read', `${file}.mars`, `${file}.grib`], { env }), code, text, `read ${request}`);
      t.equal(existsSync(`${file}.grib`), request.includes('6/12'), 'a file only where something was found');
    }),
  );
  const none = 'class=rd,expver=none,stream=enfo,date=20240101,time=0000,domain=g';
  await Promise.all(
    ['wipe', 'purge', 'stats', 'check', 'status'].map(async (verb) =>
      told(t, await dte(['fdb', verb, none], { env }), 4, /expver=none/, verb),
    ),
  );
  told(t, await dte(['fdb', 'axes', none], { env }), 0, /no field matches/, 'axes');
});

t.test('locked databases', async (t) => {
  const { env, database } = await store('locked');
  writeFileSync(at('locked/read.mars'), retrieve(field));
  for (const [lock, code, run] of [
    ['list.lock', 3, ['fdb', 'list', whole]],
    ['retrieve.lock', 3, ['fdb', 'read', at('locked/read.mars'), at('locked/out.grib')]],
    ['archive.lock', 3, ['fdb', 'write', at('locked/one.grib')]],
    ['wipe.lock', 3, ['fdb', 'wipe', '--doit', whole]],
    ['wipe.lock', 3, ['fdb', 'purge', '--doit', whole]],
  ] as const) {
    writeFileSync(join(database, lock), '');
    told(t, await dte(run, { env }), code, /locked/, run.slice(0, 2).join(' '));
    rmSync(join(database, lock));
  }
  t.equal((await dte(['fdb', 'list', whole], { env })).code, 0, 'it is all there');
});

t.test('files that are not to be archived', async (t) => {
  const { env, root } = await store('files');
  writeFileSync(at('empty.grib'), '');
  writeFileSync(at('junk.grib'), Buffer.alloc(3000, 'no message here '));
  writeFileSync(at('cut.grib'), Buffer.concat([message({ step: 12 }), message({ step: 18 }).subarray(0, 100)]));
  writeFileSync(at('unkeyed.grib'), withoutLocalSection(message()));
  writeFileSync(at('other.grib'), message({ stream: 'wave' }));
  for (const [file, code, text] of [
    ['none.grib', 4, /none\.grib' does not exist/],
    ['empty.grib', 5, /empty/],
    ['junk.grib', 5, /no GRIB message/],
    ['cut.grib', 5, /cut\.grib/],
    ['unkeyed.grib', 2, /rule|keyword|MARS/i],
    ['other.grib', 2, /no rule|stream/],
  ] as const)
    told(t, await dte(['fdb', 'write', at(file)], { env }), code, text, file);
  t.equal(
    (await output(['fdb', 'list', '--porcelain', 'class=rd,expver=xxxx'], { env })).split('\n').filter((line) => line.startsWith('{'))
      .length,
    1,
    'nothing of a file that failed shows',
  );
  t.same(
    readdirSync(root).filter((name) => !name.startsWith('rd:')),
    [],
  );
});

t.test('overlapping rules give a field once', async (t) => {
  const rule = '[ class, expver, stream, date, time, domain [ type, levtype [ step, number?, levelist?, param ]]]\n';
  const other = '[ class, expver, stream, date, time, domain [ type [ levtype, step, number?, levelist?, param ]]]\n';
  const { env } = await store('overlapping', `${peerSchema.split('\n')[0]}\n${rule}${other}`);
  writeFileSync(at('overlapping/read.mars'), retrieve(field));
  const read = await dte(['fdb', 'read', at('overlapping/read.mars'), at('overlapping/out.grib')], { env });
  t.equal(read.code, 0, read.stderr);
  t.same(readFileSync(at('overlapping/out.grib')), Buffer.from(message()));
});

t.test('keys that would leave the root', async (t) => {
  const { env, root } = await store('tricks');
  const before = readdirSync(at('tricks'));
  for (const expver of ['../x', '..', '/etc', 'a\nb', 'a:b', 'a\0b']) {
    const run = await dte(['fdb', 'write', '--modifiers', `expver=${expver}`, at('tricks/one.grib')], { env }).catch(
      (error: Error) => error,
    );
    if (run instanceof Error) {
      // No process takes a NUL in an argument.
      t.match(run.message, /null bytes/);
      continue;
    }
    t.ok([2, 5].includes(run.code ?? 0), `expver=${JSON.stringify(expver)}: ${run.code} ${run.stderr}`);
    t.match(run.stderr, /^dte: ./);
  }
  t.same(readdirSync(at('tricks')), before, 'nothing was made beside the root');
  for (const name of readdirSync(root)) t.notMatch(name, /\n|\.\./);
  t.equal(readdirSync(root).length, 1);
});

/** What an attacker who may write to the directory of a database appends to its table of contents. */
function forged(file: string, ...contents: readonly RecordContent[]): void {
  for (const content of contents)
    appendFileSync(file, encodeRecord(content, { version: 2, self: { host: 'h', pid: 1, uid: 0 }, timeMs: Date.now() }));
}

t.test('records that name files outside are never a reason to touch these', async (t) => {
  const { env, database } = await store('forged');
  const outside = at('forged/outside');
  mkdirSync(outside);
  const precious = ['data', 'x.index', 'toc', 'y.data'].map((name) => join(outside, name));
  for (const path of precious) writeFileSync(path, `precious ${path}`);
  const key = new Map([
    ['type', 'pf'],
    ['levtype', 'pl'],
  ]);
  const axes = new Map([
    ['step', ['6']],
    ['number', ['1']],
    ['levelist', ['500']],
    ['param', ['130']],
  ]);
  const index = (file: string, data: string): RecordContent => ({
    kind: 'index',
    file,
    offset: 0,
    treeType: 'BTreeIndex',
    dataFiles: new Map([[0, data]]),
    axes,
    key,
    flushedMs: 0,
  });
  forged(
    join(database, 'toc'),
    index(join(outside, 'x.index'), join(outside, 'data')),
    index('../../outside/x.index', '../../outside/y.data'),
    { kind: 'sub-toc', path: join(outside, 'toc') },
    { kind: 'sub-toc', path: '../../outside/toc' },
    { kind: 'clear', file: '../../outside/x.index', offset: 0 },
  );
  const all = await Promise.all(
    [
      ['list', whole],
      ['check', '--repair', '--adopt', whole],
      ['purge', '--doit', whole],
      ['reconsolidate', whole],
      ['hide', '--doit', whole],
    ].map((args) => dte(['fdb', ...args], { env })),
  );
  for (const { code, stderr } of all) t.ok(code !== null && code !== 70, stderr);
  t.ok(all[0]?.code !== 0, 'the listing tells of the damage');
  for (const args of [
    ['purge', '--doit', whole],
    ['wipe', '--doit', '--unsafe-wipe-all', whole],
  ]) {
    const { code, stderr } = await dte(['fdb', ...args], { env });
    t.ok(code !== 70, stderr);
  }
  for (const path of precious) t.equal(existsSync(path) ? readFileSync(path, 'utf8') : 'gone', `precious ${path}`);
});

t.test('corrupted directories', async (t) => {
  const { env, database } = await store('corrupted');
  const toc = readFileSync(join(database, 'toc'));
  const damages: readonly (readonly [string, () => void])[] = [
    ['a table of contents of zeros', () => writeFileSync(join(database, 'toc'), Buffer.alloc(toc.length, 0xff))],
    [
      'a record without sense',
      () => writeFileSync(join(database, 'toc'), Buffer.concat([toc.subarray(0, 1024), Buffer.alloc(1024, 0x49)])),
    ],
    ['a schema that is gone', () => rmSync(join(database, 'schema'))],
    ['an index that is gone', () => rmSync(join(database, readdirSync(database).find((name) => name.endsWith('.index')) as string))],
  ];
  const saved = new Map(readdirSync(database).map((name) => [name, readFileSync(join(database, name))]));
  writeFileSync(at('corrupted/read.mars'), retrieve(field));
  for (const [what, damage] of damages) {
    damage();
    await Promise.all(
      [
        ['list', whole],
        ['check', whole],
        ['read', at('corrupted/read.mars'), at('corrupted/out.grib')],
      ].map(async (args) => {
        const { code, stderr } = await dte(['fdb', ...args], { env });
        t.ok(code === 5 || code === 4, `${what}, ${args[0]}: ${code} ${stderr}`);
        t.match(stderr, /^dte: ./);
      }),
    );
    for (const [name, octets] of saved) writeFileSync(join(database, name), octets);
  }
});

t.test('configurations', async (t) => {
  const { env } = await store('configured');
  writeFileSync(at('odd.yaml'), 'type: local\nengine: toc\nspaecs: []\n');
  writeFileSync(at('remote.yaml'), 'type: remote\nhost: h\nport: 1\n');
  for (const [config, code, text] of [
    [at('none.yaml'), 4, /none\.yaml' does not exist/],
    [at('odd.yaml'), 2, /spaecs.*did you mean 'spaces'/],
    [at('remote.yaml'), 7, /remote/],
    ['{type: local, schema: /no/such/schema, spaces: [{roots: [{path: /tmp}]}]}', 4, /\/no\/such\/schema/],
  ] as const) {
    told(t, await dte(['fdb', 'list', '--config', config, whole], { env }), code, text, config);
    // The same, named by the environment, which names files only.
    if (!config.startsWith('{'))
      told(t, await dte(['fdb', 'write', at('configured/one.grib')], { env: { ...env, FDB5_CONFIG_FILE: config } }), code, text, config);
  }
});
