import type { DispatchTiming, Engine } from '../../compute/index.js';
import { isEverybodys, within } from './guard.js';
import type { PluginLife } from './plugin-life.js';

/**
 * Runs a step of the given plugins in order. On a GPU neighbours that only record share a pass, and so a submit; the CPU executor gains
 * nothing from that, and there each has a pass of its own, so that a twin that throws has spoilt nobody else's work. So has a plugin with
 * a timeout: what takes too long in a pass of several would be nobody's.
 */
export async function runStep(engine: Engine, lives: readonly PluginLife[]): Promise<void> {
  for (const group of groupsOf(lives, engine.info.executor === 'gpu')) {
    const [first] = group as [PluginLife];
    if (first.isRecorded) await runRecorded(engine, group);
    else await first.run();
  }
}

function groupsOf(lives: readonly PluginLife[], shares: boolean): readonly (readonly PluginLife[])[] {
  const groups: PluginLife[][] = [];
  for (const life of lives) {
    const last = groups.at(-1);
    if (shares && canShare(life) && last?.[0] !== undefined && canShare(last[0])) last.push(life);
    else groups.push([life]);
  }
  return groups;
}

const canShare = ({ isRecorded, spec }: PluginLife): boolean => isRecorded && spec.timeoutMs === undefined;

/** Which dispatches of a pass are whose. */
interface Part {
  readonly life: PluginLife;
  readonly stems: readonly string[];
}

async function runRecorded(engine: Engine, lives: readonly PluginLife[]): Promise<void> {
  const parts: Part[] = [];
  const thrown: (readonly [PluginLife, unknown])[] = [];
  const { clock } = engine.context;
  const startMs = clock.elapsedMs();
  let timings: readonly DispatchTiming[] | undefined;
  try {
    const work = engine.run(
      (pass) => {
        for (const life of lives) {
          const start = pass.steps.length;
          try {
            life.record(pass);
            const stems = pass.steps.slice(start).flatMap((step) => (step.kind === 'dispatch' ? [step.kernel.stem] : []));
            parts.push({ life, stems });
          } catch (error) {
            // Half a recording is none.
            pass.steps.length = start;
            thrown.push([life, error]);
          }
        }
      },
      (measured) => {
        timings = measured;
      },
    );
    // Work on a device cannot be ended, only be waited for no longer.
    await within(lives[0]?.spec.timeoutMs, work);
  } catch (error) {
    if (isEverybodys(error)) throw error;
    for (const { life } of parts) life.clearOutputs();
    await runApart(engine, parts, error);
    parts.length = 0;
  }
  if (lives.length === 1) parts[0]?.life.waited(clock.elapsedMs() - startMs);
  for (const { life, stems } of parts) life.succeed(timings === undefined ? undefined : shareOf(timings, parts, stems));
  for (const [life, error] of thrown) life.fail('run', error);
}

/** A pass that does not compile or validate was not begun: whose fault it is shows when each has one of its own. */
async function runApart(engine: Engine, parts: readonly Part[], error: unknown): Promise<void> {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only.life.fail('run', error);
  for (const { life } of parts) await runRecorded(engine, [life]);
}

/** Milliseconds of one plugin's dispatches. Plugins that run the same kernel share its time by the number of their dispatches. */
function shareOf(timings: readonly DispatchTiming[], parts: readonly Part[], stems: readonly string[]): number {
  let milliseconds = 0;
  for (const stem of new Set(stems)) {
    const whole = timings.filter((timing) => timing.stem === stem).reduce((sum, timing) => sum + timing.milliseconds, 0);
    const all = parts.flatMap((part) => part.stems).filter((other) => other === stem).length;
    milliseconds += (whole * stems.filter((other) => other === stem).length) / all;
  }
  return milliseconds;
}
