export { type FieldSink, folderSink, storeSink } from './field-sink.js';
export type { OutputField, OutputLayer, RunHeader } from './headers.js';
export { parseReduction, type Reduction } from './reduction.js';
export { openTwinOutput, TwinOutput, type TwinOutputOptions } from './twin-output.js';
