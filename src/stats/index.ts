/**
 * Statistics over time, on the device.
 *
 *     import { prepareWindow, windowAt } from 'dte-webgpu/stats';
 *     const window = prepareWindow(engine, ['mean', 'max']);
 *     await engine.run((pass) => window.add(pass, field));                        // once for each sample
 *     const daily = await engine.run((pass) => window.finish(pass, field.layers)); // 'mean' -> field, 'max' -> field
 *
 * Design. A `TimeWindow` is a handful of arrays beside a field that each sample updates in place; it knows nothing of times. Which
 * samples belong to a window is decided by `windowAt` and the caller. The mean is gathered as the first value and a sum of differences
 * from it: in f32 a sum of geopotentials loses the last three digits within a thousand samples, a sum of their changes does not.
 * Compensated sums were rejected, for WGSL lets compilers reorder them. Missing values are counted, once for all statistics, from the
 * first sample on that may have any.
 *
 * Upstream reference: multio (src/multio/action/statistics). Known differences: a maximum starts from the first sample, not from the
 * smallest positive number; counts belong to the window, whatever the number of statistics; `accumulation` of values with too few
 * samples is missing under the same rule as the others.
 */
export { parseStatistic, prepareWindow, type Statistic, statistics, TimeWindow, type WindowOptions } from './time-window.js';
export { type Span, windowAt } from './span.js';
