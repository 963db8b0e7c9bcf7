import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { nodeDisk as disk } from '../../src/base/node-disk.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-disk-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string): string => join(folder, name);
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.of(...values);

t.test('octets are written where they are told to be, and a gap reads as zeros', async (t) => {
  const file = await disk.write(place('random'));
  await file.writeAt(6, [bytes(1, 2), bytes(), bytes(3)]);
  await file.writeAt(2, [bytes(9)]);
  t.equal(await file.sizeBytes(), 9);
  await file.resize(8);
  await file.resize(10);
  await file.sync();
  await file.close();
  t.same([...readFileSync(place('random'))], [0, 0, 9, 0, 0, 0, 1, 2, 0, 0]);
  t.same([...(await disk.read(place('random')))], [0, 0, 9, 0, 0, 0, 1, 2, 0, 0]);
  const opened = await disk.open(place('random'));
  t.same([opened.sizeBytes, [...(await opened.read(6, 2))], [...(await opened.read(9, 50))]], [10, [1, 2], [0]]);
  await opened.close();
});

t.test('more parts than one call takes are all written, in their order', async (t) => {
  const parts = Array.from({ length: 5000 }, (_, at) => bytes(at % 251, at % 13));
  const file = await disk.write(place('parts'));
  await file.writeAt(1, parts);
  await file.close();
  const back = readFileSync(place('parts'));
  t.equal(back.length, 10_001);
  t.ok(parts.every((part, at) => back[1 + 2 * at] === part[0] && back[2 + 2 * at] === part[1]));
});

t.test('an existing file is kept by writing, and refused by exclusive writing', async (t) => {
  writeFileSync(place('there'), 'text');
  await (await disk.write(place('there'))).close();
  t.equal(readFileSync(place('there'), 'utf8'), 'text');
  t.equal(await disk.write(place('there'), { exclusive: true }), undefined);
  const made = await disk.write(place('lock'), { exclusive: true });
  await made?.close();
  t.ok(existsSync(place('lock')));
});

t.test('appends of several writers follow each other whole', async (t) => {
  const logs = await Promise.all([disk.log(place('log')), disk.log(place('log'))]);
  t.same([await logs[0].append(bytes(1, 1)), await logs[1].append(bytes(2, 2, 2)), await logs[0].append(bytes(3))], [2, 5, 6]);
  t.equal(await logs[1].sizeBytes(), 6);
  for (const log of logs) {
    await log.sync();
    await log.close();
  }
  t.same([...readFileSync(place('log'))], [1, 1, 2, 2, 2, 3]);
});

t.test('modes pass through the mask of the process', async (t) => {
  const mask = process.umask(0o027);
  try {
    await (await disk.write(place('mode'))).close();
    await (await disk.log(place('mode-log'), { mode: 0o640 })).close();
    await disk.makeFolder(place('mode-folder'));
  } finally {
    process.umask(mask);
  }
  const modes = ['mode', 'mode-log', 'mode-folder'].map((name) => statSync(place(name)).mode & 0o777);
  t.same(modes, [0o640, 0o640, 0o750]);
});

t.test('folders are made with those above, listed sorted, and removed when empty', async (t) => {
  t.equal(await disk.makeFolder(place('a/b/c')), true);
  t.equal(await disk.makeFolder(place('a/b/c')), false);
  writeFileSync(place('a/z'), '');
  writeFileSync(place('a/k'), '');
  t.same(await disk.names(place('a')), ['b', 'k', 'z']);
  t.same(await disk.names(place('none')), []);
  t.same(await disk.names(place('a/z')), [], 'a file has no names');
  await t.rejects(disk.remove(place('a')), { code: 'fault.write', message: /a' cannot be removed/ });
  t.same([await disk.remove(place('a/b/c')), await disk.remove(place('a/b/c'))], [true, false]);
  await disk.syncFolder(place('a'));
  await t.rejects(disk.makeFolder(place('a/z')), { code: 'fault.write' });
});

t.test('a link is removed, not what it leads to', async (t) => {
  writeFileSync(place('target'), 'x');
  symlinkSync(place('target'), place('link'));
  t.equal(await disk.realPath(place('link')), await disk.realPath(place('target')));
  t.equal((await disk.info(place('link')))?.sizeBytes, 1);
  t.equal(await disk.remove(place('link')), true);
  t.ok(lstatSync(place('target')).isFile());
  await disk.rename(place('target'), place('moved'));
  t.same([await disk.info(place('target')), (await disk.info(place('moved')))?.isDirectory], [undefined, false]);
});

t.test('what is missing, and a file in place of a folder, are told apart from other failures', async (t) => {
  writeFileSync(place('file'), '');
  for (const name of ['nothing', 'file/below']) {
    await t.rejects(disk.read(place(name)), { code: 'absent.file' }, name);
    await t.rejects(disk.open(place(name)), { code: 'absent.file' }, name);
    t.equal(await disk.info(place(name)), undefined);
  }
  await t.rejects(disk.realPath(place('nothing')), { code: 'absent.file' });
  await t.rejects(disk.owner(place('nothing')), { code: 'absent.file' });
  await t.rejects(disk.write(place('no/folder')), { code: 'fault.write' });
  await t.rejects(disk.rename(place('nothing'), place('x')), { code: 'fault.write' });
});

const isRoot = process.getuid?.() === 0 ? 'the superuser is refused nothing' : false;
t.test('refused access is told as such', { skip: isRoot }, async (t) => {
  writeFileSync(place('secret'), 'x');
  chmodSync(place('secret'), 0);
  await t.rejects(disk.read(place('secret')), { code: 'auth.access' });
  await t.rejects(disk.open(place('secret')), { code: 'auth.access' });
  await t.rejects(disk.write(place('secret')), { code: 'auth.access' });
});

const noFull = existsSync('/dev/full') ? false : 'no /dev/full on this machine';
t.test('a full disk is told as such', { skip: noFull }, async (t) => {
  const file = await disk.write('/dev/full');
  await t.rejects(file.writeAt(0, [bytes(1)]), { code: 'limit.space', message: /free some space/ });
  await file.close();
  const log = await disk.log('/dev/full');
  await t.rejects(log.append(bytes(1)), { code: 'limit.space' });
  await log.close();
});

t.test('the machine says who and how much', async (t) => {
  t.same([disk.self.host, disk.self.pid], [hostname(), process.pid]);
  t.equal(await disk.owner(folder), process.getuid?.() ?? 0);
  const { totalBytes, freeBytes } = await disk.space(folder);
  t.ok(totalBytes > 0 && freeBytes >= 0 && freeBytes <= totalBytes);
  t.equal(disk.userName(4_000_000_000), '4000000000');
});
