import type { SessionTensor } from '../backend.js';
import type { TensorInfo } from '../types.js';

/** The shape of an output, where the model states it or names its open extents as those of inputs; else undefined. */
export function knownShape(
  output: TensorInfo,
  inputs: readonly TensorInfo[],
  feeds: ReadonlyMap<string, SessionTensor>,
): readonly number[] | undefined {
  const extents = new Map<string, number>();
  for (const { name, symbols } of inputs) {
    const shape = feeds.get(name)?.shape;
    for (const [axis, symbol] of symbols.entries()) if (symbol !== null && shape !== undefined) extents.set(symbol, shape[axis] as number);
  }
  const shape = output.shape.map((extent, axis) => extent ?? extents.get(output.symbols[axis] ?? ''));
  return shape.every((extent) => extent !== undefined) ? (shape as number[]) : undefined;
}
