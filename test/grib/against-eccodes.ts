import type { Test } from 'tap';
import type { Engine } from '../../src/compute/index.js';
import { packingType } from '../../src/grib/index.js';
import { decoded, firstFar, firstInexact, type Reals } from '../support/decoded.js';
import { type EccodesField, eccodesFields } from '../support/eccodes.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { readMessages } from './peer.js';

export const covered = (packing: string): boolean => packing === 'grid_simple' || packing === 'grid_ccsds' || packing === 'grid_ieee';

/** The three ways of computing: exactly, in f32, and on an adapter where there is one. */
export interface Engines {
  readonly exact: Engine;
  readonly single: Engine;
  /** Why there is no adapter, as text. */
  readonly gpu: Engine | string;
}

export async function openEngines(): Promise<Engines> {
  return { exact: await cpuEngine({ precision: 'f64', threads: 2 }), single: await cpuEngine({ threads: 2 }), gpu: await gpuEngine() };
}

export async function closeEngines({ exact, single, gpu }: Engines): Promise<void> {
  for (const engine of [exact, single, gpu]) if (typeof engine !== 'string') await engine.close();
}

// A software adapter computes millions of points slowly, and nothing in them differs from smaller fields.
const mostGpuPoints = 400_000;

/** Decodes the covered fields of a file on all engines: in f64 as ecCodes does to the last bit, in f32 to one unit in the last place. The number of fields. */
export async function checkFile(test: Test, path: string, name: string, { exact, single, gpu }: Engines): Promise<number> {
  const peers = eccodesFields(path, covered);
  const messages = (await readMessages(path)).filter((message) => covered(packingType(message)));
  if (peers === undefined) {
    test.comment(`${name}: this release of ecCodes cannot read it`);
    test.equal((await decoded(exact, messages)).length, messages.length, `${name}: decodes`);
    return 0;
  }
  const fields = peers.filter((field) => field !== undefined);
  test.equal(messages.length, fields.length, `${name}: as many fields`);
  const values = await decoded(exact, messages);
  test.same(
    values.flatMap((got, index) => inexact(got, fields[index] as EccodesField) ?? []),
    [],
    `${name}: f64 equals ecCodes`,
  );
  const close = async (engine: Engine, of: string, most: number): Promise<void> => {
    const wanted = values.filter((layer) => layer.length <= most);
    const layers = await decoded(
      engine,
      messages.filter((_, index) => (values[index] as Reals).length <= most),
    );
    test.same(
      layers.flatMap((got, index) => firstFar(got, wanted[index] as Reals) ?? []),
      [],
      `${name}: f32 on ${of}`,
    );
  };
  await close(single, 'the CPU', Number.POSITIVE_INFINITY);
  if (typeof gpu !== 'string') await close(gpu, 'the adapter', mostGpuPoints);
  return fields.length;
}

function inexact(got: Reals, { values, constant, points }: EccodesField): string | undefined {
  if (values !== undefined) return firstInexact(got, values);
  if (got.length !== points) return `${got.length} values for ${points}`;
  const other = got.findIndex((value) => !Object.is(value, constant));
  return other < 0 ? undefined : `point ${other}: ${got[other]} for the constant ${constant}`;
}
