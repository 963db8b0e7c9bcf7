import type { DeviceArray, Engine } from '../../compute/index.js';
import type { AnyFieldEntry } from '../data/entries.js';
import type { Derived } from './derivations.js';
import { type Recorder, refuseDerivation, sameTiles, valuesOf } from './recorder.js';
import { relativeHumidity } from './relative-humidity.js';

/** From temperature and specific humidity: on pressure levels as they are, elsewhere with a third field, the pressure in Pa. */
export async function humidityRecorder(engine: Engine, derived: Derived, sources: readonly AnyFieldEntry[]): Promise<Recorder> {
  const [temperature, humidity, pressure] = sources as [AnyFieldEntry, AnyFieldEntry, AnyFieldEntry | undefined];
  sameTiles(derived, sources);
  if (pressure === undefined && temperature.levtype !== 'pl') {
    throw refuseDerivation(
      derived,
      `'${temperature.name}' is on levels of type ${temperature.levtype}`,
      'off pressure levels the pressure is needed, too: from: [t, q, pres]',
    );
  }
  const byLane = pressure === undefined ? await levelPressures(engine, temperature) : undefined;
  return {
    record(pass, made) {
      for (const [index, { values, lanes }] of made.tiles.entries()) {
        pass.run(relativeHumidity, {
          points: temperature.grid.points,
          lanes,
          isByLane: byLane === undefined ? 0 : 1,
          temperature: valuesOf(temperature, index),
          humidity: valuesOf(humidity, index),
          pressure: byLane?.[index] ?? valuesOf(pressure as AnyFieldEntry, index),
          relative: values,
        });
      }
    },
    release() {
      for (const array of byLane ?? []) array.release();
    },
  };
}

/** Pa of every lane, tile by tile; levels are stated in hPa. */
async function levelPressures(engine: Engine, { field }: AnyFieldEntry): Promise<readonly DeviceArray<'f32'>[]> {
  return engine.run((pass) =>
    field.tiles.map(({ firstLayer, lanes }) =>
      pass.upload(
        'f32',
        Float64Array.from(field.layers.slice(firstLayer, firstLayer + lanes), ({ level }) => 100 * level),
      ),
    ),
  );
}
