import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { writeWhole } from '../../src/base/index.js';
import { nodeFiles } from '../../src/base/node.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-files-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const bytes = Uint8Array.of(1, 2, 3);

t.test('missing folders above a new file are made, also by two writers at once', async (t) => {
  const paths = ['a/b/c/one', 'a/b/c/two'].map((name) => join(folder, name));
  await Promise.all(paths.map((path) => writeWhole(nodeFiles, path, bytes)));
  for (const path of paths) t.same([...readFileSync(path)], [1, 2, 3]);
  t.same(readdirSync(join(folder, 'a/b/c')).sort(), ['one', 'two'], 'and nothing else is left there');
});

t.test('a file where a folder is needed is a fault of writing', async (t) => {
  writeFileSync(join(folder, 'file'), 'text');
  for (const path of ['file/x', 'file/deep/x']) {
    await t.rejects(
      nodeFiles.create(join(folder, path)),
      { code: 'fault.write', message: /x' cannot be written: .*; name a place that can be written/ },
      path,
    );
  }
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'text');
});

const noProc = process.platform === 'linux' && existsSync('/proc/self') ? false : 'no /proc on this machine';
t.test('a folder that cannot exist is refused at once', { skip: noProc, timeout: 5000 }, async (t) => {
  for (const path of ['/proc/nope/x', '/proc/nope/deeper/x'])
    await t.rejects(nodeFiles.create(path), { code: 'fault.write', message: /'\/proc\/nope\/.*x' cannot be written/ });
});
