// What compiles and prepares plans, in one piece that is loaded on first use: the table of options is also read where nothing is done.
export { weightsFiles } from './file-weights.js';
export { itemBatches } from './batches.js';
export { relabelled } from './headers.js';
export { pairingOf } from './items.js';
export { compilePlan } from './plan.js';
export { prepareStages } from './prepare.js';
export { checkInterpolation } from './interpolate-step.js';
export { weightsOf } from './weights.js';
export { fixedTarget } from './target.js';
