import { type Field, type Grid, gridFromText, releaseField, type Tile } from '../../atlas/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import { newField } from '../data/new-field.js';
import type { FieldLayer } from '../types.js';
import { callTables, type LaneCalls } from './calls.js';
import { emulate } from './emulate.js';
import { type EmulatorConfig, type FieldRecipe, parseRecipes } from './parse-recipes.js';
import type { EmulatorSource, SourceField } from './source.js';

/** Fields that are functions of position and step, made on the device. */
export async function openRecipes(engine: Engine, given: string | object, source?: string): Promise<EmulatorSource> {
  const config = await parseRecipes(given, source);
  const grid = await gridFromText(config.grid);
  const places = await engine.upload('f32', placesOf(grid));
  return {
    grid,
    fields: config.fields.map(sourceField),
    steps: config.steps,
    read: (step, wanted, before) => makeStep(engine, { grid, places, config }, step, wanted, before),
    close: () => places.release(),
  };
}

interface Prepared {
  readonly grid: Grid;
  readonly places: DeviceArray<'f32'>;
  readonly config: EmulatorConfig;
}

function sourceField({ name, levtype, levels }: FieldRecipe): SourceField {
  return { name, shortName: name, levtype, layers: levels.map(({ level }) => ({ level })) };
}

/** Latitude and longitude in degrees, then cosine and sine of each: made in f64, so that the device needs no functions of them. */
function placesOf(grid: Grid): Float64Array {
  const { lat, lon } = grid.coordinates();
  const places = new Float64Array(6 * grid.points);
  for (let point = 0; point < grid.points; point++) {
    const [latitude, longitude] = [lat[point] as number, lon[point] as number];
    const [latRad, lonRad] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
    places.set([latitude, longitude, Math.cos(latRad), Math.sin(latRad), Math.cos(lonRad), Math.sin(lonRad)], 6 * point);
  }
  return places;
}

async function makeStep(
  engine: Engine,
  { grid, places, config }: Prepared,
  step: number,
  wanted: readonly SourceField[],
  before: ReadonlyMap<string, Field<FieldLayer>>,
): Promise<ReadonlyMap<string, Field<FieldLayer>>> {
  const fields = new Map<string, Field<FieldLayer>>();
  try {
    for (const { name, layers } of wanted) {
      fields.set(name, before.get(name) ?? { ...(await newField(engine, grid, layers)), mayBeMissing: false });
    }
    await engine.run((pass) => {
      for (const recipe of config.fields) {
        const field = fields.get(recipe.name);
        for (const tile of field?.tiles ?? []) recordTile(pass, { grid, places, config }, recipe, tile, step);
      }
    });
    return fields;
  } catch (error) {
    for (const [name, field] of fields) if (!before.has(name)) releaseField(field);
    throw error;
  }
}

function recordTile(pass: Pass, { grid, places, config }: Prepared, recipe: FieldRecipe, tile: Tile, step: number): void {
  const { firstLayer, lanes, values } = tile;
  const laneCalls = recipe.levels
    .slice(firstLayer, firstLayer + lanes)
    .map(({ level, calls }): LaneCalls => ({ calls, seed: `${config.seed} ${recipe.name} ${level}` }));
  const tables = callTables(laneCalls, step);
  pass.run(emulate, {
    points: grid.points,
    lanes,
    places,
    laneStart: pass.upload('u32', tables.laneStart),
    callWords: pass.upload('u32', tables.callWords),
    callReals: pass.upload('f32', tables.callReals),
    modes: pass.upload('f32', tables.modes),
    values,
  });
}
