import type { Context } from '../../base/index.js';
import { compilePlan, inputKey, itemBatches, planText } from '../../mir/index.js';
import { placed, type Placer } from '../given-positions.js';
import { messageSource } from '../message-source.js';
import type { RegridTarget } from '../regrid-targets.js';
import type { Terminal } from '../terminal/terminal.js';

interface TargetPlan {
  readonly output: string;
  /** Of the message that is the first of its kind. */
  readonly message: number | undefined;
  readonly steps: readonly string[];
}

/** Prints the steps that each target takes for each grid and kind of input; reads headers, and makes no weights. */
export async function printPlans(
  terminal: Terminal,
  inputs: readonly string[],
  targets: readonly RegridTarget[],
  { config, json, placer }: { readonly config: string | undefined; readonly json: boolean; readonly placer: Placer | undefined },
): Promise<void> {
  const plans = await plansOf(terminal.context, inputs, targets, { config, placer });
  if (json) await terminal.print(`${JSON.stringify(plans, null, 2)}\n`);
  else
    await terminal.print(
      plans
        .map(({ output, message, steps }) => `${output}, from message ${message}\n${steps.map((step) => `  ${step}\n`).join('')}`)
        .join(''),
    );
}

async function plansOf(
  context: Context,
  inputs: readonly string[],
  targets: readonly RegridTarget[],
  { config, placer }: { readonly config: string | undefined; readonly placer: Placer | undefined },
): Promise<readonly TargetPlan[]> {
  const source = await messageSource(context, inputs, { config });
  const options = targets.map((target) => target.options);
  const plans: TargetPlan[] = [];
  const seen = new Set<string>();
  for await (const batch of itemBatches(source.messages, options)) {
    for (const item of placed(batch, placer).items) {
      const key = inputKey(item);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const target of targets) {
        const plan = await compilePlan(target.options, item);
        plans.push({ output: target.output, message: item.messages[0]?.where.message, steps: planText(plan) });
      }
    }
  }
  return plans;
}
