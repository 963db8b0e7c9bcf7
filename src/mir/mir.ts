import type { Field, Grid } from '../atlas/index.js';
import { type Context, DteError } from '../base/index.js';
import type { Engine, Pass } from '../compute/index.js';
import type { Message } from '../grib/index.js';
import type { Matrix } from '../regrid/index.js';
import type { ItemBatch } from './batches.js';
import type { WeightsFiles } from './file-weights.js';
import type { ItemsOptions } from './items.js';
import type { Operator } from './operators.js';
import type { MirOptions } from './options.js';
import type { Plan } from './plan-text.js';
import type { Stage } from './prepare.js';
import { inputKey, type PlanInput } from './step.js';
import type { Target } from './target.js';

/** The plans of all targets for one kind of input, their weights and masks on the device. */
export interface PreparedPlans {
  /** One for each target. */
  readonly plans: readonly Plan[];
  /**
   * Records all plans: for each target the fields of its `components`. Takes one field, or the two of a pair with aligned layers.
   * Targets may share arrays where their fields are the same.
   */
  apply<Layer>(pass: Pass, ...fields: readonly Field<Layer>[]): readonly (readonly Field<Layer>[])[];
  /** The fields of one target with headers that say what they hold now. */
  labelled(target: number, fields: readonly Field<Message>[]): readonly Field<Message>[];
}

/** Regrids fields of any grids to one or several targets. Weights stay on the device until `release`. */
export interface Mir {
  readonly targets: readonly MirOptions[];
  /** Finds what is wrong with the options whatever the input, before any is read: grids, areas, methods, strategies, files of weights. */
  check(): Promise<void>;
  /** What to do with inputs of this grid and kind; made when the first is met, then kept. */
  plansFor(input: PlanInput): Promise<PreparedPlans>;
  release(): void;
}

/**
 * Messages in order, alone or as the pairs that the targets ask for, in batches on one grid. Memory is bounded: of pairs whose halves
 * lie apart at most `mostHeldBytes` wait. Errors: `absent.field` for messages whose other half never comes, `limit.memory`.
 */
export async function* itemBatches(
  messages: AsyncIterable<Message>,
  targets: readonly MirOptions[],
  options: ItemsOptions = {},
): AsyncGenerator<ItemBatch> {
  const compile = await import('./compile.js');
  yield* compile.itemBatches(messages, compile.pairingOf(targets), options);
}

/**
 * The matrix of the interpolation that options ask for, adjusted to their land-sea masks; these need an engine. Errors: those of
 * weights and masks.
 */
export async function mirWeights(context: Context, source: Grid, target: Grid, options: MirOptions, engine?: Engine): Promise<Matrix> {
  return await (await import('./compile.js')).weightsOf(context, source, target, options, engine);
}

/** As `compilePlan` of `plan.ts`, which is loaded by the first call. */
export async function compilePlan(options: MirOptions, input: PlanInput): Promise<Plan> {
  return await (await import('./compile.js')).compilePlan(options, input);
}

/**
 * From options to operators. Each element of `targets` is what one output gets; steps that several targets begin with are done
 * once. Errors come from `plansFor`, which knows the input: those of `compilePlan`, of weights, and of the files that options name.
 *
 * @example
 * const mir = createMir(engine, [parseMirOptions({ grid: '1/1' }), parseMirOptions({ grid: 'O96', frame: 2 })]);
 * const prepared = await mir.plansFor({ grid: field.grid, kind: 'scalar' });
 * const [[coarse], [framed]] = await engine.run((pass) => prepared.apply(pass, field));
 */
export function createMir(engine: Engine, targets: readonly MirOptions[]): Mir {
  const known = new Map<string, Promise<Ready>>();
  let checked: Promise<Checked> | undefined;
  const fixed = (): Promise<Checked> => (checked ??= checkTargets(engine.context, targets));
  return {
    targets,
    async check() {
      await fixed();
    },
    plansFor(input) {
      const key = inputKey(input);
      let ready = known.get(key);
      if (ready === undefined) known.set(key, (ready = fixed().then((known) => prepare(engine, targets, known, input))));
      return ready.then(({ prepared }) => prepared);
    },
    release() {
      for (const ready of known.values()) void ready.then(({ operators }) => releaseAll(operators)).catch(() => {});
      known.clear();
    },
  };
}

interface Ready {
  readonly prepared: PreparedPlans;
  readonly operators: ReadonlyMap<string, Operator>;
}

/** What is known of the targets whatever the input. */
interface Checked {
  readonly grids: readonly (Target | undefined)[];
  readonly files: WeightsFiles;
}

async function checkTargets(context: Context, targets: readonly MirOptions[]): Promise<Checked> {
  const { checkInterpolation, fixedTarget, weightsFiles } = await import('./compile.js');
  const grids: (Target | undefined)[] = [];
  const files = weightsFiles(context);
  for (const options of targets) {
    checkInterpolation(options);
    grids.push(await fixedTarget(options));
    if (options['interpolation-matrix'] !== undefined) await files(options['interpolation-matrix']);
  }
  return { grids, files };
}

async function prepare(engine: Engine, targets: readonly MirOptions[], { grids, files }: Checked, input: PlanInput): Promise<Ready> {
  const { compilePlan, prepareStages, relabelled } = await import('./compile.js');
  const plans: Plan[] = [];
  for (const [index, options] of targets.entries()) plans.push(await compilePlan(options, input, grids[index]));
  const operators = new Map<string, Operator>();
  try {
    const stages: (readonly Stage[])[] = [];
    for (const plan of plans) stages.push(await prepareStages(engine, plan, operators, files));
    const wanted = input.kind === 'uv' || input.kind === 'vod' ? 2 : 1;
    return {
      operators,
      prepared: {
        plans,
        apply(pass, ...fields) {
          checkFields(input, wanted, fields);
          return applyStages(pass, stages, operators, fields);
        },
        labelled: (target, fields) => relabelled(plans[target] as Plan, fields),
      },
    };
  } catch (error) {
    releaseAll(operators);
    throw error;
  }
}

/** Stages by name are what has been done so far: two targets at the same stage have the same fields. */
function applyStages<Layer>(
  pass: Pass,
  targets: readonly (readonly Stage[])[],
  operators: ReadonlyMap<string, Operator>,
  fields: readonly Field<Layer>[],
): readonly (readonly Field<Layer>[])[] {
  const done = new Map<Stage, readonly Field<Layer>[]>();
  return targets.map((stages) =>
    stages.reduce((current, stage) => {
      const result = done.get(stage) ?? (operators.get(stage) as Operator).apply(pass, current);
      done.set(stage, result);
      return result;
    }, fields),
  );
}

function releaseAll(operators: ReadonlyMap<string, Operator>): void {
  for (const operator of operators.values()) operator.release();
}

function checkFields({ grid }: PlanInput, wanted: number, fields: readonly Field[]): void {
  if (fields.length !== wanted) throw new DteError('input.field', `${fields.length} fields for a plan that takes ${wanted}`);
  for (const field of fields) {
    if (field.grid.hash !== grid.hash) throw new DteError('input.field', 'the field is on another grid than the plan was made for');
    if (field.layers.length !== (fields[0] as Field).layers.length)
      throw new DteError('input.field', 'the fields of a pair have unequal numbers of layers');
  }
}
