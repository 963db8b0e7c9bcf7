import { type Kernel, missingValue } from '../../../src/compute/index.js';
import { exceedance } from '../../../src/plume/extreme-wind/exceedance.js';
import { exceedanceMerge } from '../../../src/plume/extreme-wind/exceedance-merge.js';
import { copyLanes } from '../../../src/plume/copy-lanes.js';
import type { KernelCase } from '../kernel-cases.js';

/** Lanes 1 to 3 of five into lanes 2 to 4 of six. */
const copyLanesCase: KernelCase['make'] = (points, random) => {
  const source = Float64Array.from({ length: 5 * points }, () => Math.floor(random() * 1024) / 4);
  const inputs = { points, count: 3, sourceLanes: 5, sourceStart: 1, targetLanes: 6, targetStart: 2, source };
  return { inputs, outputs: { copied: 6 * points } };
};

const lanes = 3;

/** Values from a few, so that equal largest ones occur; a fifth missing; every chunk has up to ten entries, some none. */
const exceedanceCase: KernelCase['make'] = (chunks, random) => {
  const chunkStart = new Uint32Array(chunks + 1);
  for (let chunk = 0; chunk < chunks; chunk++) chunkStart[chunk + 1] = (chunkStart[chunk] as number) + Math.floor(random() * 11);
  const entries = chunkStart[chunks] as number;
  const points = 50;
  const source = Float64Array.from({ length: points * lanes }, () => (random() < 0.2 ? missingValue : Math.floor(random() * 12) - 6));
  const inputs = {
    chunks,
    lanes,
    threshold: 2,
    chunkStart,
    entryPoint: Uint32Array.from({ length: entries }, () => Math.floor(random() * points)),
    entryArea: Float64Array.from({ length: entries }, () => Math.floor(random() * 64) / 4),
    source,
  };
  const size = chunks * lanes;
  return { inputs, outputs: { over: size, area: size, maximum: size, place: size } };
};

const mergeCase: KernelCase['make'] = (regions, random) => {
  const regionStart = new Uint32Array(regions + 1);
  for (let region = 0; region < regions; region++) regionStart[region + 1] = (regionStart[region] as number) + Math.floor(random() * 4);
  const chunks = regionStart[regions] as number;
  const size = chunks * lanes;
  const place = Uint32Array.from({ length: size }, () => (random() < 0.2 ? 0xffffffff : Math.floor(random() * 1000)));
  const inputs = {
    regions,
    lanes,
    regionStart,
    over: Uint32Array.from({ length: size }, () => Math.floor(random() * 100)),
    area: Float64Array.from({ length: size }, () => Math.floor(random() * 64) / 4),
    maximum: Float64Array.from(place, (at) => (at === 0xffffffff ? missingValue : Math.floor(random() * 12) - 6)),
    place,
  };
  const made = regions * lanes;
  return { inputs, outputs: { overOf: made, areaOf: made, maximumOf: made, placeOf: made } };
};

export const plumePluginCases: readonly KernelCase[] = [
  { kernel: copyLanes as unknown as Kernel, make: copyLanesCase },
  { kernel: exceedance as unknown as Kernel, make: exceedanceCase },
  { kernel: exceedanceMerge as unknown as Kernel, make: mergeCase },
];
