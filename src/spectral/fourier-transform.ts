/** Work space and tables of complex transforms of many lanes at once: arrays `[length, 2, width]`. */
export interface TransformArrays {
  source: Float64Array;
  target: Float64Array;
}

export interface TransformPlan {
  readonly length: number;
  readonly width: number;
  /** Radices whose product is the length. */
  readonly factors: Uint32Array;
  /** cos, sin of 2 pi k / (rootStep * length) from `rootStart`, counted in pairs. */
  readonly roots: Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>;
  readonly rootStart: number;
  readonly rootStep: number;
  /** 1: e^(+i), from wavenumbers to points; -1: back. */
  readonly sign: 1 | -1;
}

/**
 * z[j] = sum over k of Z[k] e^(sign 2 pi i j k / length), from `source`; the result is in `source` again when this returns.
 * Stockham's order: stage by stage a radix r splits what is left, and every output is a sum of r inputs, so any prime will do.
 */
export function complexTransform(plan: TransformPlan, arrays: TransformArrays): void {
  let done = 1;
  for (const radix of plan.factors) {
    stage(plan, arrays, radix, done);
    [arrays.source, arrays.target] = [arrays.target, arrays.source];
    done *= radix;
  }
}

function stage(plan: TransformPlan, { source, target }: TransformArrays, radix: number, done: number): void {
  const { length, width, roots, rootStart, rootStep, sign } = plan;
  const rest = length / (done * radix);
  for (let p = 0; p < rest; p++) {
    for (let t = 0; t < radix; t++) {
      // Twiddle e^(p t done / length), and roots of the radix itself: e^(k t / radix).
      const turn = p * t * done;
      for (let q = 0; q < done; q++) {
        const to = 2 * width * (q + done * (radix * p + t));
        target.fill(0, to, to + 2 * width);
        let angle = turn;
        for (let k = 0; k < radix; k++) {
          const root = 2 * (rootStart + (angle % length) * rootStep);
          const cosine = roots[root] as number;
          const sine = sign * (roots[root + 1] as number);
          const from = 2 * width * (q + done * (p + k * rest));
          for (let lane = 0; lane < width; lane++) {
            const re = source[from + lane] as number;
            const im = source[from + width + lane] as number;
            target[to + lane] += cosine * re - sine * im;
            target[to + width + lane] += cosine * im + sine * re;
          }
          angle += t * done * rest;
        }
      }
    }
  }
}
