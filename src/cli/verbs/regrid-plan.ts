import { gridOf } from '../../grib/index.js';
import { compilePlan, planText } from '../../mir/index.js';
import { messageSource } from '../message-source.js';
import type { RegridTarget } from '../regrid-targets.js';
import type { Terminal } from '../terminal/terminal.js';

/** Prints the steps that each target takes for each grid of the input; reads headers only. */
export async function printPlans(
  terminal: Terminal,
  inputs: readonly string[],
  targets: readonly RegridTarget[],
  { config, json }: { readonly config: string | undefined; readonly json: boolean },
): Promise<void> {
  const source = await messageSource(terminal.context, inputs, { config });
  const seen = new Set<string>();
  const plans: { readonly output: string; readonly steps: readonly string[] }[] = [];
  for await (const message of source.messages) {
    const grid = gridOf(message);
    if (seen.has(grid.hash)) continue;
    seen.add(grid.hash);
    for (const { output, options } of targets)
      plans.push({ output, steps: planText(await compilePlan(options, { grid, kind: 'scalar' })) });
  }
  if (json) await terminal.print(`${JSON.stringify(plans, null, 2)}\n`);
  else await terminal.print(plans.map(({ output, steps }) => `${output}\n${steps.map((step) => `  ${step}\n`).join('')}`).join(''));
}
