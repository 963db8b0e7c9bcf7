/** Codecs of packed data: AEC streams (CCSDS 121.0-B) and the arithmetic of packing parameters. Internal to the grib folder. */
export { aecDecode, aecScan } from './aec-decode.js';
export { aecEncode } from './aec-encode.js';
export { type AecIntervalDecoder, aecIntervals } from './aec-interval.js';
export type { AecStream } from './aec-encode-plain.js';
export { AEC_FLAGS, aecArray, type AecDecodeOptions, type AecOptions, type AecRange, type AecValues } from './aec-options.js';
export { float32NotAbove, ibmNearest, ibmNotAbove, ibmValue } from './float-formats.js';
export { decimalFactor, type PackingParameters, simplePackingParameters } from './packing-parameters.js';
