import { DteError } from '../base/index.js';
import { type DeviceArray, type Engine, recordValueRanges } from '../compute/index.js';
import type { Message } from './message.js';

export interface LaneRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly missing: number;
}

/** Minimum, maximum and number of missing values of each lane of values [points, lanes]. Refuses values that are not finite: `limit.range`. */
export async function valueRanges(
  engine: Engine,
  values: DeviceArray<'f32'>,
  points: number,
  layers: readonly Message[],
): Promise<readonly LaneRange[]> {
  const [minimum, maximum, missing, strange] = await engine
    .run((pass) => recordValueRanges(pass, [{ values, points }], layers.length))
    .then(async ({ minimum, maximum, missingCount, strangeCount }) => {
      const arrays = [minimum, maximum, missingCount, strangeCount] as const;
      const read = await engine.read(...arrays);
      for (const array of arrays) array.release();
      return read;
    });
  return layers.map((message, lane) => {
    if ((strange[lane] as number) > 0) {
      throw new DteError('limit.range', `${strange[lane]} values are not finite and cannot be written`, {
        where: message.where,
        hint: 'missing values are written as a bitmap; NaN and infinity are not missing',
      });
    }
    return { minimum: minimum[lane] as number, maximum: maximum[lane] as number, missing: missing[lane] as number };
  });
}
