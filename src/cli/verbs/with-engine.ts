import { type Engine, openEngine } from '../../compute/index.js';
import type { EngineFlags } from '../commands/define.js';
import { printProfile } from '../terminal/profile-text.js';
import type { Terminal } from '../terminal/terminal.js';

/** Opens the engine that the options ask for, does the work, prints the profile if asked for, closes it. */
export async function withEngine<R>(
  terminal: Terminal,
  flags: EngineFlags & { readonly json?: true },
  work: (engine: Engine) => Promise<R>,
): Promise<R> {
  const { device, precision, threads, profile } = flags;
  const engine = await openEngine(terminal.context, {
    ...(device === undefined ? {} : { device }),
    ...(precision === undefined ? {} : { precision }),
    ...(threads === undefined ? {} : { threads }),
    timing: profile === true,
  });
  try {
    const result = await work(engine);
    if (profile === true) await printProfile(terminal, engine, flags.json === true);
    return result;
  } finally {
    await engine.close();
  }
}
