/** Fields <-> tensors, on the device. */
export type { BeyondPoles, Halo, TensorOrder } from './arrangement.js';
export type { Channel } from './normal.js';
export { type Packed, type Packer, type PackOptions, preparePack, type PackLayout } from './pack.js';
export { type FieldLayer, layersOf } from './runs.js';
export { prepareUnpack, type Unpacker, type UnpackOptions } from './unpack.js';
