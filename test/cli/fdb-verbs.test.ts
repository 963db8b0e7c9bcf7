// The verbs of the store as a new user meets them, with nothing of upstream's installed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { noShared, sharedGrib } from '../grib/peer.js';
import { dte, scratch } from './dte.js';
import { type PeerRun, runHere } from './fdb-support.js';

const template = `${sharedGrib}fdb-template.grib`;
const folder = scratch(t);
const at = (name: string): string => join(folder, name);
const nothing = { FDB5_CONFIG: '', FDB5_CONFIG_FILE: '', FDB_CONFIG: '', FDB_CONFIG_FILE: '', FDB_HOME: '', FDB5_HOME: '' };
/** The one message of the template (GRIB1), without what is padded after it. */
const message = (): Buffer => {
  const file = readFileSync(template);
  return file.subarray(0, file.readUIntBE(4, 3));
};
const env = { ...nothing, DTE_FDB_ROOT: at('root') };
const fdb = (...args: readonly string[]): Promise<PeerRun> => runHere(['fdb', ...args], env);

async function refused(t: Test, args: readonly string[], code: number, message: RegExp): Promise<void> {
  const run = await fdb(...args);
  t.equal(run.code, code, `dte fdb ${args.join(' ')}`);
  t.match(run.stderr, message);
  t.equal(run.stdout, '', 'nothing on standard output');
}

t.test('with no configuration at all: write, list, read, wipe', { skip: noShared }, async (t) => {
  const size = message().length;
  const written = await dte(['fdb', 'write', template], { env });
  t.equal(written.code, 0, written.stderr);
  t.match(written.stdout.toString(), /^Processing .*fdb-template\.grib\nFDB archive 1 message, size 10\.4805 Kbytes, in \S+ second \(/);

  const request = 'class=ea,expver=0001';
  const listed = await fdb('list', '--json', '--location', '--timestamp', request);
  const rows = JSON.parse(listed.stdout) as { keys: Record<string, string>; length: number; path: string; offset: number }[];
  t.equal(rows.length, 1);
  t.match(rows[0], { keys: { class: 'ea', expver: '0001', param: '167', number: '0', date: '20200101' }, length: size, offset: 0 });
  t.ok(existsSync(rows[0]?.path as string));
  t.match((await fdb('list', '--porcelain', '--length', request)).stdout, new RegExp(`^{class=ea.*},length=${size}\\n$`));
  t.match((await fdb('list', '--depth', '1', '--porcelain', request)).stdout, /^{class=ea,[^{}]*}\n$/);
  t.match((await fdb('list', '--depth', '2', '--porcelain', request)).stdout, /^{class=ea,[^{}]*}{[^{}]*}\n$/);
  const compact = (await fdb('list', '--compact', '--porcelain', request)).stdout;
  t.match(compact, /^retrieve,class=ea,expver=0001,.*param=167\n$/);

  writeFileSync(at('request'), compact);
  t.equal((await fdb('read', at('request'), at('back.grib'))).code, 0, 'a compact listing is a request');
  t.ok(readFileSync(at('back.grib')).equals(message()));
  t.match(JSON.parse((await fdb('axes', '--json', request)).stdout), { class: ['ea'], param: ['167'], date: ['20200101'] });
  t.match(await fdb('check', '--messages=keys', request), { code: 0, stdout: /^sound: / });
  t.match((await fdb('info')).stdout, new RegExp(`^Version: [\\s\\S]*\\nRoot: ${at('root')}\\n$`));

  // Twice the same field: the first is hidden, and can be purged.
  await fdb('write', template);
  t.equal((await fdb('list', '--porcelain', request)).stdout.split('\n').length, 2);
  t.equal((await fdb('list', '--porcelain', '--full', request)).stdout.split('\n').length, 3);
  t.equal((await fdb('list', '--porcelain', '--only-duplicates', request)).stdout.split('\n').length, 2);
  t.match(JSON.parse((await fdb('stats', '--json', request)).stdout), { fields: 2, duplicates: 1 });
  const full = 'class=ea,expver=0001,stream=enda,date=20200101,time=0000';
  t.match(JSON.parse((await fdb('purge', '--json', '--doit', full)).stdout), [{ isDone: true, removed: [/\.data$/, /\.index$/] }]);
  t.match(JSON.parse((await fdb('wipe', '--json', full)).stdout), [{ isDone: false, isWhole: true }]);
  t.equal((await fdb('list', '--porcelain', request)).stdout.split('\n').length, 2, 'nothing goes without --doit');
  t.equal((await fdb('wipe', '--doit', full)).code, 0);
  t.match(await fdb('list', '--porcelain', request), { code: 0, stdout: /^$/, stderr: /^dte: no database matches class=ea/ });
});

t.test('what is missing of a request is told, and is no success', { skip: noShared }, async (t) => {
  await fdb('write', template);
  const request = 'class=ea,expver=0001,stream=enda,date=20200101,time=0000,domain=g,type=an,levtype=sfc,step=0,number=0';
  const some = await fdb('read', `${request},param=167/168`, at('some.grib'));
  t.equal(some.code, 4);
  t.match(some.stderr, /^dte: 1 of 2 fields are not in the store\n {2}missing {.*param=168.*}\n {2}because /);
  t.ok(readFileSync(at('some.grib')).equals(message()), 'what is there is written');
  const allowed = await fdb('read', '--allow-missing', `${request},param=167/168`, at('some.grib'));
  t.equal(allowed.code, 0);
  t.match(allowed.stderr, /1 of 2 fields/, 'told nevertheless');
  t.equal((await fdb('read', `${request},param=168`, at('none.grib'))).code, 4);
  t.notOk(existsSync(at('none.grib')), 'no empty file that looks like a result');
  // A keyword that every rule wants.
  const incomplete = await fdb('read', 'class=ea,expver=0001,stream=enda,date=20200101,time=0000,param=167', at('none.grib'));
  t.equal(incomplete.code, 4);
  t.match(incomplete.stderr, /type|levtype|step/, 'the keyword that is missing is named');
  t.equal((await fdb('lock', '--list', '--retrieve', 'class=ea,expver=0001,stream=enda,date=20200101,time=0000')).code, 0);
  const locked = await fdb('list', 'class=ea,expver=0001');
  t.match(locked.stderr, /is locked for listing|locked/, 'a locked database is named');
  const unread = await fdb('read', `${request},param=167`, at('none.grib'));
  t.not(unread.code, 0, 'a locked database is no empty result');
  t.match(unread.stderr, /lock/);
  await fdb('unlock', '--list', '--retrieve', 'class=ea,expver=0001,stream=enda,date=20200101,time=0000');
});

t.test('mistakes', async (t) => {
  await refused(t, ['list'], 2, /^dte: no request is given; give one such as class=rd/);
  await refused(t, ['list', 'class=rd'], 2, /^dte: request 'class=rd' has no value for 'expver'; .*--minimum-keys= lifts that/);
  await refused(t, ['list', '--all'], 2, /--minimum-keys=/);
  await refused(t, ['list', 'clas=rd,expver=xywz'], 2, /'clas'.*did you mean 'class'\?/);
  await refused(t, ['list', 'class=rd,expver=xywz,levtype=plev'], 2, /'plev' is not a value of levtype.*did you mean 'pl'\?/);
  await refused(t, ['list', 'nonsense'], 2, /^dte: /);
  await refused(t, ['list', '--full', '--only-duplicates', 'class=rd,expver=xywz'], 2, /--full and --only-duplicates contradict/);
  await refused(t, ['list', '--porcelan', 'class=rd,expver=xywz'], 2, /did you mean '--porcelain'\?/);
  await refused(t, ['list', '--config', at('none.yaml'), 'class=rd,expver=xywz'], 4, /none\.yaml/);
  await refused(t, ['where', 'class=rd,expver=xywz'], 4, /^dte: no database matches class=rd,expver=xywz/);
  await refused(
    t,
    ['lock', 'class=rd,expver=xywz,stream=oper,date=20240101,time=0'],
    2,
    /nothing to lock is named; give one or more of --list/,
  );
  await refused(t, ['patch', 'class=rd,expver=xywz,stream=oper,date=20240101,time=0'], 2, /give --expver, --class or both/);
  await refused(t, ['read', at('none.request'), at('out.grib')], 4, /none\.request' does not exist/);
  await refused(t, ['schema', at('none.schema')], 4, /none\.schema' does not exist/);
  writeFileSync(at('bad.schema'), '[ class, expver\n [ type [ step ]');
  await refused(t, ['schema', at('bad.schema')], 2, /bad\.schema, line \d/);
  t.notOk(existsSync(at('out.grib')));
});

t.test('a message that no rule takes leaves the store as it was', { skip: noShared }, async (t) => {
  const other = mkdtempSync(join(tmpdir(), 'dte-fdb-'));
  t.teardown(() => rmSync(other, { recursive: true, force: true }));
  const run = await dte(['fdb', 'write', template, `${sharedGrib}nam.t00z.awp21100.tm00.grib2`], {
    env: { ...nothing, DTE_FDB_ROOT: other },
  });
  t.equal(run.code, 2);
  t.match(run.stderr, /^dte: .*nam\.t00z/, 'the file and the message are named');
  const listed = await dte(['fdb', 'list', '--porcelain', '--minimum-keys=', '--all'], { env: { ...nothing, DTE_FDB_ROOT: other } });
  t.equal(listed.stdout.toString().split('\n').length, 2, 'the file before it is there, nothing of the other');
});
