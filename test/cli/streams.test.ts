// Readers that go away, signals, logs.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { noShared, sharedGrib } from '../grib/peer.js';
import { dteProcess as dte, scratch, start } from './dte.js';

const folder = scratch(t);
const input = `${sharedGrib}era5-levels-members.grib`;

t.test('a reader that goes away ends the command quietly', { skip: noShared }, async (t) => {
  const child = start(['grib', 'dump', input]);
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  t.equal(code, 0);
  t.equal(stderr, '');
});

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  t.test(`${signal} removes unfinished output and ends with ${expected}`, { skip: noShared }, async (t) => {
    const child = start(['grib', 'copy', '-', '-o', join(folder, 'out.grib')]);
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    // The input stays open, so the command waits for more of it.
    child.stdin.write(readFileSync(input));
    while (child.exitCode === null && !readdirSync(folder).some((name) => name.endsWith('.part')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number];
    t.equal(code, expected);
    t.match(stderr, /^dte: interrupted; unfinished output was removed\n$/);
    t.strictSame(readdirSync(folder), []);
  });
}

t.test('the log is JSON lines away from a terminal', { skip: noShared }, async (t) => {
  const { stderr } = await dte(['--log', 'info', 'grib', 'values', input, '--message', '1', '-o', join(folder, 'v.npy')]);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.match(lines, [{ level: 'info', event: 'compute.open', executor: 'cpu' }]);
});
