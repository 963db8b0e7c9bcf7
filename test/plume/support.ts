import { type Field, gridFromSpec } from '../../src/atlas/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { type FieldLayer, type Plugin, type PluginContext, type PluginData, parseProtocol, pluginKinds } from '../../src/plume/index.js';

/** A field with one array of values per layer, in tiles of up to `lanes` layers. */
export async function fieldOf(
  engine: Engine,
  spec: string,
  layers: readonly FieldLayer[],
  value: (point: number, layer: number) => number,
  lanesOfTile = 8,
): Promise<Field<FieldLayer>> {
  const grid = gridFromSpec(spec);
  const tiles = [];
  for (let firstLayer = 0; firstLayer < layers.length; firstLayer += lanesOfTile) {
    const lanes = Math.min(lanesOfTile, layers.length - firstLayer);
    const values = new Float64Array(grid.points * lanes);
    for (let at = 0; at < values.length; at++) values[at] = value(Math.floor(at / lanes), firstLayer + (at % lanes));
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes });
  }
  return { grid, layers, tiles, mayBeMissing: true };
}

export const levels = (...list: number[]): readonly FieldLayer[] => list.map((level) => ({ level }));

/** Values of one layer on the host. */
export async function layerValues(engine: Engine, field: Field<FieldLayer>, layer: number): Promise<readonly (number | null)[]> {
  const tile = field.tiles.find(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes) as Field['tiles'][number];
  const [values] = await engine.read(tile.values);
  return Array.from({ length: field.grid.points }, (_, point) => {
    const value = values[point * tile.lanes + layer - tile.firstLayer] as number;
    return value === missingValue ? null : value;
  });
}

interface Parts {
  readonly protocol?: string;
  readonly setup?: (context: PluginContext, data: PluginData) => void | Promise<void>;
  readonly run?: (context: PluginContext, data: PluginData) => void | Promise<void>;
  readonly record?: NonNullable<Plugin['record']>;
  readonly teardown?: (context: PluginContext) => void | Promise<void>;
  readonly close?: () => void;
  readonly keepsTime?: boolean;
}

/** Puts plugins made of a few functions under kind `test`, by their `lib`. */
export function testPlugins(plugins: Readonly<Record<string, Parts>>): void {
  pluginKinds.set('test', async () => ({
    load: async ({ lib }) => {
      const parts = plugins[lib] as Parts;
      const { protocol = 'required: []', setup, run, record, teardown, close, keepsTime } = parts;
      return {
        info: { name: `core of ${lib}`, version: '1.2.3' },
        negotiate: () => parseProtocol(protocol),
        ...(keepsTime === undefined ? {} : { keepsTime }),
        setup: async (context, data) => setup?.(context, data),
        ...(record === undefined ? { run: async (context, data) => run?.(context, data) } : { record }),
        teardown: async (context) => teardown?.(context),
        close: async () => close?.(),
      };
    },
  }));
}

/** A configuration of test plugins, each with further keys. */
export function configOf(...plugins: (readonly [name: string, keys?: string])[]): string {
  return `plugins:\n${plugins.map(([name, keys]) => `  - {name: ${name}, lib: ${name}, kind: test${keys === undefined ? '' : `, ${keys}`}}\n`).join('')}`;
}
