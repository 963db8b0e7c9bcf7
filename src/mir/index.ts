/**
 * MIR: what the options of ECMWF's interpolation package say, as steps on the device.
 *
 *     import { createMir, parseMirOptions } from 'dte-webgpu/mir';
 *     const mir = createMir(engine, [parseMirOptions({ grid: 'O320', area: '75/-25/30/45' })]);
 *     const prepared = await mir.plansFor({ grid: field.grid, kind: 'scalar' });   // weights are found or made here
 *     const [[regridded]] = await engine.run((pass) => prepared.apply(pass, field));
 *
 * Design. Options -> plan -> operators. `mirOptions` is one table of names, values, defaults and words, from which options are
 * parsed and help texts are made. `compilePlan` turns options and the grid of an input into steps, which are plain data, in MIR's
 * order, and leaves out those that would change nothing. `createMir` prepares the operators of the steps and keeps them by input
 * grid. Weights of a file (`interpolation-matrix`) take the place of those of a method in the same step. Several targets share the decoded input and the steps that they begin with. Only the table is loaded with this entry. Nothing here opens a file of fields: what comes in and goes out are fields.
 *
 * Upstream reference: mir (src/mir/key/style/ECMWFStyle.cc for the order of steps, src/mir/key/resol, tests/plans). Known
 * differences: an area is cut out of the weights and not afterwards; masks that follow each other are one step of work; a truncation
 * above that of the input is refused; options without effect are refused, with the reason.
 */
export type { ItemBatch } from './batches.js';
export type { Item, ItemsOptions } from './items.js';
export { compilePlan, createMir, itemBatches, type Mir, mirWeights, type PreparedPlans } from './mir.js';
export {
  type MirOptionName,
  mirOptionName,
  type MirOptions,
  mirOptions,
  optionGroups,
  type OptionGroup,
  type OptionSpec,
  parseMirOptions,
} from './options.js';
export type { ValueType } from './option-values.js';
export { type Component, type Plan, planText } from './plan-text.js';
export { type InputKind, inputKey, type PlanInput, type Step, type StepName, type VectorStep } from './step.js';
