/**
 * Random misbehaviour of isolated plugins beside healthy ones: every step of a healthy one is right to the bit, every failure is one of
 * those that are meant, and nothing that was started is left. A failure prints its seed: DTE_SEED=... repeats it.
 * Long: `npm run torture -- isolation`.
 */
import t from 'tap';
import { type Context, isDteError } from '../../../src/base/index.js';
import { missingValue } from '../../../src/compute/index.js';
import { cpuEngine } from '../../support/engines.js';
import { seeded } from '../../support/random.js';
import { type Kind, levels, points, specOf, type Stage, stageOf, uAt, watched } from '../isolated-support.js';

const isLong = process.argv.includes('--long') || process.env['DTE_TORTURE'] === 'long';
const seed = Number(process.env['DTE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const steps = isLong ? 400 : 6;
if (isLong) t.setTimeout(3_600_000);

/** What each behaviour may be called. */
const meant: Readonly<Record<string, readonly string[]>> = {
  well: [],
  throw: ['fault.plugin'],
  hang: ['limit.deadline'],
  wait: ['limit.deadline'],
  heap: ['limit.memory'],
  arrays: ['limit.memory'],
  exit: ['fault.plugin'],
  reject: ['fault.plugin'],
  shape: ['fault.plugin'],
  undeclared: ['fault.plugin'],
  infinite: ['fault.plugin'],
  type: ['fault.plugin'],
  gpu: ['fault.plugin'],
  abort: ['fault.plugin'],
};
/** A short form does without those that take longest. */
const quick = ['well', 'throw', 'hang', 'exit', 'shape'];

interface Started {
  readonly what: string;
  hasEnded: boolean;
}

/** A context that keeps account of what it starts. */
function counted(context: Context, started: Started[]): Context {
  const { workers, processes } = context;
  const note = <T extends { onEnd(listener: () => void): void }>(handle: T, what: string): T => {
    const entry: Started = { what, hasEnded: false };
    started.push(entry);
    handle.onEnd(() => {
      entry.hasEnded = true;
    });
    return handle;
  };
  if (processes === undefined) throw new Error('these are tests of Node');
  return {
    ...context,
    workers: { ...workers, start: (module, options) => note(workers.start(module, options), module.href) },
    processes: { ...processes, start: (command) => note(processes.start(command), command.join(' ')) },
  };
}

t.test(`whatever plugins do, healthy ones are right and nothing is left (seed ${seed})`, async (t) => {
  if (isLong) t.setTimeout(3_600_000);
  const engine = await cpuEngine();
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const started: Started[] = [];
  const { context } = watched();
  const owner = counted(context, started);
  const healthy = await Promise.all((['worker', 'process'] as const).map((kind) => stageOf(engine, owner, specOf(kind, {}))));
  for (const stage of healthy) await stage.setup();
  const met = new Map<string, number>();
  for (let step = 1; step <= steps; step++) {
    const kind: Kind = pick(['worker', 'process']);
    const mode = pick((isLong ? Object.keys(meant) : quick).filter((name) => kind === 'process' || name !== 'abort'));
    const phase = pick(['setup', 'run', 'run', 'teardown']);
    const rest = { timeoutMs: meant[mode]?.includes('limit.deadline') === true ? 500 : 20_000, memoryMiB: 160, restarts: 1 };
    const stage = await stageOf(engine, owner, specOf(kind, { mode, phase, ...(phase === 'run' ? { step } : {}) }, rest));
    const updated = random() < 0.7;
    if (updated) for (const each of healthy) await each.update(step);
    const [codes] = await Promise.all([lifeOf(stage, step), ...healthy.map((each) => each.run(step))]);
    // In setup and teardown there are no outputs to be wrong, and in teardown no data.
    const accepted = [...(meant[mode] ?? []), ...(phase === 'run' ? [] : ['none', 'fault.plugin', 'input.state'])];
    if (mode !== 'well') met.set(`${kind} ${mode}`, (met.get(`${kind} ${mode}`) ?? 0) + 1);
    for (const code of codes) if (!accepted.includes(code)) t.fail(`${kind} ${mode} in ${phase}: ${code}`);
    if (phase === 'run' && mode !== 'well' && codes.length === 0) t.fail(`${kind} ${mode} was not noticed`);
    if (updated) last = step;
    for (const each of healthy)
      if (String(await each.twice()) !== String(expected(last))) t.fail(`step ${step}, after ${kind} ${mode} in ${phase}`);
  }
  for (const stage of healthy) await stage.teardown();
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.same(
    started.filter(({ hasEnded }) => !hasEnded).map(({ what }) => what),
    [],
    `all ${started.length} threads and processes have ended`,
  );
  t.pass([...met].map(([name, count]) => `${count} ${name}`).join(', '));
  await engine.close();
});

let last = 0;

function expected(step: number): readonly (readonly number[])[] {
  return levels.map((_, layer) =>
    Array.from({ length: points }, (_, point) => {
      const value = uAt(step, layer, point);
      return value === missingValue ? value : 2 * value;
    }),
  );
}

/** Set up, two steps, torn down; the codes of what failed. */
async function lifeOf(stage: Stage, step: number): Promise<readonly string[]> {
  const codes: string[] = [];
  for (const part of [() => stage.setup(), () => stage.run(step), () => stage.run(step + 1), () => stage.teardown()]) {
    try {
      await part();
    } catch (error) {
      codes.push(isDteError(error) ? error.code : `foreign: ${String(error)}`);
    }
  }
  return codes;
}
