import { appendFileSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { AtOnce } from '../../src/base/at-once.js';
import { nodeDisk } from '../../src/base/node-disk.js';

function pauseAtOnce(ms: number): void {
  const began = performance.now();
  while (performance.now() - began < ms);
}

/** How each of several pieces of work was done. */
async function ways(atOnce: AtOnce, count: number, ms: number): Promise<string> {
  let text = '';
  for (let i = 0; i < count; i++)
    text += await atOnce.do(
      () => {
        pauseAtOnce(ms);
        return 'n';
      },
      async () => 't',
    );
  return text;
}

t.test('quick work is done at once, but now and then by a thread', async (t) => {
  const text = await ways(new AtOnce(), 2000, 0);
  const threaded = text.split('t').length - 1;
  t.ok(threaded >= 2000 / 17 - 1, `${threaded} by threads`);
  t.notMatch(text, /n{17}/, 'never many in a row');
});

t.test('slow work is left to threads for a while, then tried again', async (t) => {
  const text = await ways(new AtOnce(), 400, 3);
  t.match(text, /^nt{64}nt{64}n/);
});

t.test('timers come to their turn during short reads', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'at-once-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  writeFileSync(path, 'text');
  const file = await nodeDisk.open(path);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const began = performance.now();
  const into = new Uint8Array(4);
  while (performance.now() - began < 100) await file.readInto?.(0, into);
  clearInterval(timer);
  await file.close();
  t.ok(turns > 5, `${turns} turns in 100 ms`);
});

t.test('a file that was closed reads no other file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'at-once-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a'), 'first');
  writeFileSync(join(folder, 'b'), 'other');
  const file = await nodeDisk.open(join(folder, 'a'));
  await file.close();
  await file.close();
  // Very likely takes the number that has become free.
  openSync(join(folder, 'b'), 'r');
  await t.rejects(file.read(0, 5), { code: 'fault.read' });
});

t.test('stamps tell another file, another length and another time', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stamps-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const [toc, none, other] = ['toc', 'none', 'other'].map((name) => join(folder, name)) as [string, string, string];
  const stamp = async (): Promise<string | undefined> => (await nodeDisk.stamps([none, toc]))[1];
  t.same(await nodeDisk.stamps([none, toc, join(folder, 'none', 'below')]), [undefined, undefined, undefined]);
  writeFileSync(toc, 'abc');
  const seen = [await stamp()];
  for (let i = 0; i < 40; i++) t.equal(await stamp(), seen[0], 'by whatever way it is looked at');
  const changes: readonly (() => void)[] = [
    () => appendFileSync(toc, 'def'),
    () => {
      writeFileSync(other, 'abcdef');
      renameSync(other, toc);
    },
    () => {
      rmSync(toc);
      writeFileSync(toc, 'abcdef');
    },
    () => writeFileSync(toc, 'ABCDEF'),
  ];
  for (const change of changes) {
    // Times of a file go by ticks of some milliseconds.
    pauseAtOnce(20);
    change();
    const now = await stamp();
    t.notOk(seen.includes(now), `${now}`);
    seen.push(now);
  }
  t.same(readdirSync(folder), ['toc']);
});
