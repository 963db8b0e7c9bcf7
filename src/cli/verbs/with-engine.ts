import type { Engine } from '../../compute/index.js';
import type { EngineFlags } from '../commands/define.js';
import { printProfile } from '../terminal/profile-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { openChosen } from '../warm-engine.js';

/** Opens the engine that the options ask for, does the work, prints the profile if asked for, closes it. */
export async function withEngine<R>(
  terminal: Terminal,
  flags: EngineFlags & { readonly json?: true },
  work: (engine: Engine) => Promise<R>,
): Promise<R> {
  const engine = await openChosen(terminal.context, flags);
  try {
    const result = await work(engine);
    if (flags.profile === true) await printProfile(terminal, engine, flags.json === true);
    return result;
  } finally {
    await engine.close();
  }
}
