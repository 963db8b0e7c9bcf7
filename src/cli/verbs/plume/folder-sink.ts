import { joinPath, writeNpy, writeWhole } from '../../../base/index.js';
import { type Field, layerOf } from '../../../atlas/index.js';
import type { Engine } from '../../../compute/index.js';
import type { FieldHandle, PluginNotice, PluginOutput, PluginSink } from '../../../plume/index.js';

/** Puts what plugins make into a folder. */
export interface FolderSink {
  readonly sink: PluginSink;
  notice(notice: PluginNotice): void;
  /** Writes the lists. */
  close(): Promise<void>;
}

/**
 * Every field of every step as `<plugin>-<name>-<step>.npy`, f32 `[layers, points]`, NaN where it is missing; and as lines of JSON in
 * `outputs.jsonl` what each is, and scalars by value, and in `notices.jsonl` what plugins had to say.
 */
export function folderSink(engine: Engine, folder: string): FolderSink {
  const lists = { outputs: [] as string[], notices: [] as string[] };
  const { fs } = engine.context;
  return {
    sink: async (outputs) => {
      for (const output of outputs) lists.outputs.push(JSON.stringify(await described(engine, folder, output)));
    },
    notice: (notice) => void lists.notices.push(JSON.stringify(notice)),
    async close() {
      for (const [name, lines] of Object.entries(lists)) {
        await writeWhole(fs, joinPath(folder, `${name}.jsonl`), new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
      }
    },
  };
}

async function described(engine: Engine, folder: string, { plugin, step, param, value }: PluginOutput): Promise<object> {
  const { name, type } = param;
  if (typeof value !== 'object') return { plugin, step, name, type, value };
  const file = `${fileName(plugin)}-${fileName(name)}-${step}.npy`;
  await writeWhole(engine.context.fs, joinPath(folder, file), await npyOf(engine, value));
  const { levtype, levels, grid } = value;
  return { plugin, step, name, type, file, levtype, levels, layers: value.field.layers, grid: grid.spec };
}

/** Names may hold what paths must not. */
const fileName = (name: string): string => name.replace(/[^\w.-]/g, '_');

async function npyOf(engine: Engine, { field, grid }: FieldHandle): Promise<Uint8Array> {
  const tiles = await engine.peek(...field.tiles.map(({ values }) => values));
  const values = new Float32Array(field.layers.length * grid.points);
  for (const layer of field.layers.keys()) values.set(layerOf(field as Field, tiles, layer, Number.NaN), layer * grid.points);
  return writeNpy(values, [field.layers.length, grid.points]);
}
