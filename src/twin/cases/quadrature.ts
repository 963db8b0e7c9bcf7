import { gaussianLatitudes, gaussianWeights } from '../../atlas/index.js';

const panels = 128;
/** 16 nodes and weights on [-1, 1]. */
const nodes = gaussianLatitudes(8).map((lat) => Math.sin((lat * Math.PI) / 180));
const weights = gaussianWeights(8);

/**
 * x -> integral of `f` from `from` to x, for x up to `to`; constant outside. Gauss-Legendre with 16 nodes on panels, the last of them
 * cut at x.
 */
export function cumulativeIntegral(f: (x: number) => number, from: number, to: number): (x: number) => number {
  const width = (to - from) / panels;
  const until = new Float64Array(panels + 1);
  for (let panel = 0; panel < panels; panel++) {
    until[panel + 1] = (until[panel] as number) + integral(f, from + panel * width, from + (panel + 1) * width);
  }
  return (x) => {
    const place = Math.min(Math.max((x - from) / width, 0), panels);
    const panel = Math.min(Math.floor(place), panels - 1);
    const begin = from + panel * width;
    return (until[panel] as number) + integral(f, begin, from + place * width);
  };
}

function integral(f: (x: number) => number, from: number, to: number): number {
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += (weights[i] as number) * f(from + (to - from) * 0.5 * (1 + (nodes[i] as number)));
  return 0.5 * (to - from) * sum;
}
