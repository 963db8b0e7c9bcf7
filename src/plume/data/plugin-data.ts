import { DteError, nearestWord } from '../../base/index.js';
import type { Param } from '../protocol.js';
import { dataName } from '../derived/derivations.js';
import type { FieldHandle, PluginData } from '../types.js';
import type { ModelData } from './model-data.js';

/** What one plugin sees of a model: the parameters agreed on with it, shared, not copied. */
export function pluginData(plugin: string, data: ModelData, params: readonly Param[]): PluginData {
  const agreed = new Set(params.map(dataName));
  const known = (name: string): string => {
    if (agreed.has(name)) return name;
    const near = nearestWord(name, agreed);
    throw new DteError('input.keyword', `plugin '${plugin}' asked for '${name}', which was not agreed on`, {
      hint: near === undefined ? `agreed on are ${[...agreed].join(', ') || 'none'}` : `did you mean '${near}'?`,
    });
  };
  return {
    params,
    has: (name) => agreed.has(name) && data.has(name),
    int: (name) => data.int(known(name)),
    bool: (name) => data.bool(known(name)),
    float: (name) => data.float(known(name)),
    double: (name) => data.double(known(name)),
    string: (name) => data.string(known(name)),
    field: (name): FieldHandle => data.field(known(name)),
    isUpdated: (name) => data.isUpdated(known(name)),
  };
}
