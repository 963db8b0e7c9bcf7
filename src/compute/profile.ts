/** One dispatch as it ran. */
export interface DispatchTiming {
  readonly stem: string;
  readonly milliseconds: number;
  /** Octets of all bound arrays, each counted once. */
  readonly bytes: number;
}

/** All dispatches of one kernel together. */
export interface KernelProfile {
  readonly stem: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  readonly bytes: number;
  readonly gigabytesPerSecond: number;
  /** Share of the copy bandwidth measured on this executor; undefined until it was measured. */
  readonly copyShare: number | undefined;
}

/** Sums timings by kernel, slowest first. */
export function profileOf(timings: Iterable<DispatchTiming>, copyGigabytesPerSecond?: number): readonly KernelProfile[] {
  const sums = new Map<string, { dispatches: number; milliseconds: number; bytes: number }>();
  for (const { stem, milliseconds, bytes } of timings) {
    const sum = sums.get(stem) ?? { dispatches: 0, milliseconds: 0, bytes: 0 };
    sums.set(stem, { dispatches: sum.dispatches + 1, milliseconds: sum.milliseconds + milliseconds, bytes: sum.bytes + bytes });
  }
  return [...sums]
    .map(([stem, sum]) => {
      const gigabytesPerSecond = sum.milliseconds > 0 ? sum.bytes / sum.milliseconds / 1e6 : 0;
      const copyShare = copyGigabytesPerSecond === undefined ? undefined : gigabytesPerSecond / copyGigabytesPerSecond;
      return { stem, ...sum, gigabytesPerSecond, copyShare };
    })
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
