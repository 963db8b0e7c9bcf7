import { gridFromSpec } from '../../atlas/index.js';
import { type Context, isDteError } from '../../base/index.js';
import { gribTables, newMessage, type NewMessageKeys } from '../../grib/index.js';
import type { FieldHandle, PluginOutput } from '../../plume/index.js';
import type { OutputField } from '../../twin/index.js';

/** Name of a plugin's output -> short name or paramId of its GRIB parameter. */
export type OutputParams = ReadonlyMap<string, string | number>;

/** Which outputs of plugins can be written, and as what. */
export interface Archivable {
  /** Outputs that cannot, with the reason. */
  readonly refused: readonly string[];
  /** The field of an output; nothing for one that is no field or cannot be written. */
  fieldOf(output: PluginOutput): readonly OutputField[];
}

const levtypes: readonly NewMessageKeys['levtype'][] = ['sfc', 'pl', 'ml', 'hl'];

/** An output is written as the parameter that it is named after, unless `params` says otherwise. */
export async function archivable(context: Context, params: OutputParams): Promise<Archivable> {
  const tables = await gribTables(context);
  const grid = gridFromSpec('F1');
  const known = new Map<string, OutputField['param'] | undefined>();
  const refused: string[] = [];
  const paramOf = (name: string, handle: FieldHandle, levtype: OutputField['levtype']): OutputField['param'] | undefined => {
    const param = params.get(name) ?? handle.shortName;
    const level = handle.levels[0] ?? 0;
    try {
      newMessage({ date: 20260101, param, levtype, ...(levtype === 'sfc' ? {} : { level }) }, grid, tables);
      return param;
    } catch (error) {
      if (!isDteError(error)) throw error;
      refused.push(`${name}: ${error.reason}`);
      return undefined;
    }
  };
  return {
    refused,
    fieldOf({ param: { name }, value }) {
      if (typeof value !== 'object') return [];
      const levtype = levtypes.find((one) => one === value.levtype) ?? 'sfc';
      if (!known.has(name)) known.set(name, paramOf(name, value, levtype));
      const param = known.get(name);
      return param === undefined ? [] : [{ param, levtype, field: value.field }];
    },
  };
}
