// Child processes and worker threads as the context starts them: octets there and back, every way to end, what they print.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { ProcessEnd, ProcessHandle } from '../../src/base/index.js';
import { nodeContext, packageRoot } from '../../src/base/node.js';
import { nodeProcesses } from '../../src/base/node-processes.js';

const script = (text: string): ProcessHandle => nodeProcesses.start([nodeProcesses.runtime, '-e', text]);
const endOf = (child: ProcessHandle): Promise<ProcessEnd> => new Promise((resolve) => child.onEnd(resolve));

t.test('octets go to a child and come back whole, also more than a pipe holds', async (t) => {
  const child = script('process.stdin.pipe(process.stdout); process.stderr.write("ready")');
  const texts: string[] = [];
  child.onText((text) => texts.push(text));
  let received = 0;
  child.onOutput((bytes) => {
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== (received + i) % 251) t.fail(`octet ${received + i}`);
    received += bytes.length;
  });
  const all = Uint8Array.from({ length: 1_000_003 }, (_, index) => index % 251);
  const ended = endOf(child);
  await child.write([all.subarray(0, 3), all.subarray(3)]);
  while (received < all.length) await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(received, all.length);
  t.ok(process.platform !== 'linux' || (child.residentBytes() ?? 0) > 2 ** 20, 'resident memory is told');
  await child.terminate();
  t.same(await ended, { signal: 'SIGKILL' });
  t.same(texts, ['ready']);
  await child.write([all]);
  t.pass('what is written to one that has ended is lost');
});

t.test('an end is told with its way', async (t) => {
  const [byItself, bySignal, absent] = await Promise.all([
    endOf(script('process.exit(3)')),
    endOf(script('process.abort()')),
    endOf(nodeProcesses.start(['/no/such/program'])),
  ]);
  t.same(byItself, { code: 3 });
  t.same(bySignal, { signal: 'SIGABRT' });
  t.match('error' in absent && absent.error.message, /ENOENT/);
});

t.test('a worker has its heap limited, its text taken, and its end told', async (t) => {
  const { workers } = nodeContext();
  const file = join(t.testdir(), 'worker.mjs');
  // What a thread prints leaves it at its next turn, which must come before its end; the heap has room for a test runner's own modules.
  const turn = 'await new Promise((resolve) => setTimeout(resolve, 100));';
  writeFileSync(file, `console.log("here"); ${turn} const held = []; for (;;) held.push(new Array(1e5).fill({}));`);
  let text = '';
  const worker = workers.start(pathToFileURL(file), { heapMiB: 64, onText: (piece) => (text += piece) });
  const failed = new Promise<Error>((resolve) => worker.onFailure(resolve));
  const ended = new Promise<number>((resolve) => worker.onEnd(resolve));
  t.match((await failed).message, /memory/);
  t.equal(await ended, 1);
  t.equal(text, 'here\n');
});

t.test('a child that is busy for ever ends with its owner, also when that is killed', async (t) => {
  const base = new URL('build/src/base/', packageRoot()).href;
  const folder = t.testdir({
    'child.mjs': `import { childPort } from '${base}child-port.js'; childPort().write([Buffer.from(String(process.pid))]); for (;;);`,
    'owner.mjs': `import { nodeProcesses } from '${base}node-processes.js';
      const child = nodeProcesses.start([process.execPath, process.argv[2]]);
      child.onOutput((bytes) => process.stdout.write(bytes));`,
  });
  const owner = nodeProcesses.start([nodeProcesses.runtime, join(folder, 'owner.mjs'), join(folder, 'child.mjs')]);
  const pid = await new Promise<number>((resolve) => owner.onOutput((bytes) => resolve(Number(new TextDecoder().decode(bytes)))));
  t.ok(isRunning(pid));
  // Its output is held open by the child: the end of the owner is seen without waiting for that.
  void owner.terminate();
  const end = Date.now() + 10_000;
  while (isRunning(pid) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  t.notOk(isRunning(pid));
});

/** A process that has ended may stay in the table until someone asks for its exit code. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
