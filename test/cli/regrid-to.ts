import type { Context } from '../../src/base/index.js';
import { regridFiles, type RegridSummary } from '../../src/cli/regrid.js';
import type { EngineChoice } from '../../src/cli/warm-engine.js';
import { parseMirOptions } from '../../src/mir/index.js';

/** `regridFiles` with one target: its output, options of MIR by name, and what else a run has. */
export async function regridTo(
  context: Context,
  inputs: readonly string[],
  options: EngineChoice & { readonly output: string; readonly keepGoing?: boolean } & Readonly<Record<string, unknown>>,
): Promise<RegridSummary> {
  const { output, keepGoing, device, precision, threads, profile, ...mir } = options;
  const flags = Object.fromEntries(
    Object.entries({ keepGoing, device, precision, threads, profile }).filter(([, value]) => value !== undefined),
  );
  return await regridFiles(context, inputs, { targets: [{ output, options: parseMirOptions(mir) }], ...flags });
}
