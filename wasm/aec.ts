// AEC (CCSDS 121.0-B) coder for WebAssembly, compiled by AssemblyScript (`node wasm/build.mjs`) to src/grib/codec/aec-wasm.ts.
export { decode, scan } from './aec/decode';
export { encode } from './aec/encode';
export { configure, getIntervalStart, getPosition, getStatus, reverse } from './aec/stream';
