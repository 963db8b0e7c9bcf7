import { DteError, isDteError } from '../../base/index.js';
import type { PluginPhase } from './report.js';

/** Errors that are not a plugin's: the device is gone for all, or the caller wants to stop. */
export function isEverybodys(error: unknown): boolean {
  return isDteError(error, 'fault.device', 'fault.cancelled');
}

/** A plugin's failure with who, when and why; its own error is the cause. */
export function pluginError(plugin: string, phase: PluginPhase, step: number, error: unknown): DteError {
  const when = phase === 'run' ? `run, step ${step}` : phase;
  const reason = error instanceof Error ? error.message : String(error);
  const code = isDteError(error, 'limit.deadline', 'limit.memory') ? error.code : 'fault.plugin';
  return new DteError(code, `plugin '${plugin}' failed in ${when}: ${reason}`, { cause: error });
}

/** Waits for work, at most so long. `limit.deadline`; the work itself cannot be ended, and what it gives later is dropped. */
export async function within<T>(timeoutMs: number | undefined, work: Promise<T>): Promise<T> {
  if (timeoutMs === undefined) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DteError('limit.deadline', `it took longer than ${timeoutMs} ms`, { hint: 'raise its timeout, or run it apart' })),
      timeoutMs,
    );
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
