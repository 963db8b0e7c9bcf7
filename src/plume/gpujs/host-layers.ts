import { type Engine, missingValue } from '../../compute/index.js';
import type { LayeredField } from '../generated/layers.js';

/** Layers of fields as plain host arrays, NaN where a value is missing, for software that knows nothing of devices. */
export interface HostLayers {
  /** For each field its layers, `[points]` each. */
  read(fields: readonly LayeredField[]): Promise<readonly (readonly Float32Array[])[]>;
  /** Puts one array for each layer into a field. What is not finite, or the sentinel itself, becomes missing. */
  write(layers: readonly Float32Array[], target: LayeredField): Promise<void>;
}

export function hostLayers(engine: Engine): HostLayers {
  return {
    async read(fields) {
      const tiles = fields.flatMap(({ field }) => field.tiles);
      const values = await engine.peek(...tiles.map((tile) => tile.values));
      let first = 0;
      return fields.map(({ field, grid }) => {
        const own = values.slice(first, (first += field.tiles.length));
        return own.flatMap((array, index) => apart(array, grid.points, field.tiles[index]?.lanes as number));
      });
    },
    async write(layers, { field, grid }) {
      await engine.run((pass) => {
        for (const { values, firstLayer, lanes } of field.tiles) {
          const together = new Float32Array(grid.points * lanes);
          for (let lane = 0; lane < lanes; lane++) putLane(together, lane, lanes, layers[firstLayer + lane] as Float32Array);
          pass.copy(pass.upload('f32', together), values, 0);
        }
      });
    },
  };
}

function apart(values: Float32Array | Float64Array, points: number, lanes: number): Float32Array[] {
  return Array.from({ length: lanes }, (_, lane) => {
    const layer = new Float32Array(points);
    for (let point = 0; point < points; point++) {
      const value = values[point * lanes + lane] as number;
      layer[point] = value === missingValue ? Number.NaN : value;
    }
    return layer;
  });
}

function putLane(into: Float32Array, lane: number, lanes: number, layer: Float32Array): void {
  for (let point = 0; point < layer.length; point++) {
    const value = layer[point] as number;
    into[point * lanes + lane] = Number.isFinite(value) ? value : missingValue;
  }
}
