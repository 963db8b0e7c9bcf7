/**
 * Machine-learning models on fields: a model is opened once, then run on named tensors that lie on the device or in host memory.
 *
 * ```ts
 * const model = await openModel(engine, { path: 'detector.onnx' });
 * const { mask } = await model.infer({ vorticity: { values: field.tiles[0].values, shape: [1, 1, 181, 360] } });
 * await model.close();
 * ```
 *
 * - `Model`: what `openModel` gives. Inputs and outputs are matched by name; shapes, element types and layouts are checked before anything
 *   runs. It is not done by position, which is how a map of tensors meets the wrong inputs of a model.
 * - `inferenceEngines`: the engines. Each is a `Backend` that makes a `Session`, which knows tensors of one place only (the engine's device,
 *   or host memory) in row-major order; bringing tensors there and back, in either layout, is done here, for all of them.
 * - A tensor that lies where the session wants it is used as it is: no copy of device arrays on the device, none of typed arrays on the
 *   processor. Shared memory, in which arrays of the CPU executor lie, is the exception: ONNX Runtime refuses it, so those are copied once.
 * - `preparePack`, `prepareUnpack`: fields to tensors and back, on the device: levels, fields or members as channels or samples, in any of
 *   three orders, normalised, with a halo, missing values filled and put back. `layersOf(field)` names its layers for them.
 * - `regionsAbove`: a mask that came back to the host as a list of positions.
 * - `shippedModels`: small models of our own (models/README.md), which `openModel` takes by name.
 *
 * Upstream: ecmwf/infero. Different here: outputs are allocated when no memory is given, shapes of outputs are checked before the run,
 * stages of the statistics are not counted twice, and what no engine here can run is refused with the way to convert it.
 */
export type * from './backend.js';
export { inferenceEngines } from './engines.js';
export type { Model } from './model.js';
export { type ModelSetup, modelSetup, parseModelConfig } from './model-config.js';
export { openModel } from './open-model.js';
export * from './pack/index.js';
export { type Region, type RegionOptions, regionsAbove } from './regions.js';
export { type CardTensor, type ModelCard, shippedModel, shippedModels } from './shipped-model.js';
export { inRows, readTensor, type TensorFormat, tensorFormatOf, writeTensor } from './tensor-file.js';
export { newHostValues, shapeText } from './tensor-types.js';
export type * from './types.js';
