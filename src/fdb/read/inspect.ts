import type { Context } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import type { Entry, Selection } from '../types.js';
import { planRetrieve, type PlanOptions } from './plan-retrieve.js';

/** What a retrieval of the same request would read, in its order; nothing of the data is touched. */
export async function inspect(
  context: Context,
  config: FdbConfig,
  request: Selection,
  options: PlanOptions = {},
): Promise<readonly Entry[]> {
  return (await planRetrieve(context, config, request, options)).entries;
}
