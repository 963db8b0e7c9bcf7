import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Grid, gridFromSpec, releaseField } from '../../src/atlas/index.js';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type Fdb, openFdb } from '../../src/fdb/fdb.js';
import { encode, gribTables, newMessage, parseMessage } from '../../src/grib/index.js';
import { parseKeywords } from '../../src/mars/index.js';
import { fieldOf } from '../grib/recoded.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';

export const context: Context = { ...nodeContext(), env: {} };
const tables = await gribTables(context);

const schema = `param:Param; step:Step; date:Date; time:Time; expver:Expver; levelist:Double; number:Integer;
[ class, expver, stream, date, time, domain?g
    [ type, levtype [ step, number?, levelist?, param ]]]
`;

/** Keys of a field; the rest is always the same. */
export interface FieldKeys {
  readonly date?: number;
  readonly time?: number;
  readonly step?: number;
  readonly param?: string;
  readonly level?: number;
  readonly type?: string;
}

export interface MadeField {
  readonly bytes: Uint8Array;
  /** As the message holds them, points in canonical order, missing ones NaN. */
  readonly values: Reals;
}

/** A store on disk in a folder of its own, and the fields that were put into it. */
export interface ZarrPlace {
  readonly folder: string;
  readonly configFile: string;
  readonly fdb: Fdb;
  add(
    keys: FieldKeys,
    grid: Grid,
    options?: { readonly missing?: boolean; readonly scanningMode?: number; readonly class?: string },
  ): Promise<MadeField>;
}

export const regular = gridFromSpec({ grid: [30, 30] });
export const reduced = gridFromSpec('O8');
/** Every keyword that the fields have one value of. */
export const fixed = 'class=rd,expver=xxxx,stream=oper,domain=g';

export function selection(text: string): ReadonlyMap<string, readonly string[]> {
  return parseKeywords(text);
}

export async function zarrPlace(t: Test): Promise<ZarrPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'dte-zarr-'));
  const configFile = join(folder, 'config.yaml');
  mkdirSync(join(folder, 'root'));
  writeFileSync(join(folder, 'schema'), schema);
  const config = {
    type: 'local',
    engine: 'toc',
    schema: join(folder, 'schema'),
    spaces: [{ name: 'all', handler: 'Default', roots: [{ path: join(folder, 'root') }] }],
  };
  writeFileSync(configFile, JSON.stringify(config));
  const fdb = await openFdb(context, { config: configFile });
  const engine = await cpuEngine({ threads: 1 });
  t.teardown(async () => {
    await engine.close();
    await fdb.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    configFile,
    fdb,
    async add(
      { date = 20240101, time = 0, step = 0, param = 't', level, type = 'fc' },
      grid,
      { missing = false, scanningMode = 0, class: mars = 'rd' } = {},
    ) {
      const levels = level === undefined ? ({ levtype: 'sfc' } as const) : ({ levtype: 'pl', level } as const);
      const template = newMessage({ date, time, step, param, type, class: mars, stream: 'oper', expver: 'xxxx', ...levels }, grid, tables);
      const seed = date + time + 7 * step + (level ?? 0) + param.length;
      const values = Float64Array.from({ length: grid.points }, (_, point) =>
        missing && point % 5 === 2 ? Number.NaN : 250 + 20 * Math.sin(seed + point / 3),
      );
      const field = await fieldOf(engine, [template], [values]);
      const bytes = ((await encode(engine, field, { bits: 16 }))[0] as Uint8Array).slice();
      releaseField(field);
      // Octet 72 of section 3, which comes after sections 0, 1 and 2.
      const section3 = parseMessage(bytes, tables)[0]?.sections[3]?.start as number;
      if (scanningMode !== 0) bytes[section3 + 71] = scanningMode;
      await fdb.archive(bytes);
      await fdb.flush();
      return { bytes, values: (await decoded(engine, parseMessage(bytes, tables), 'canonical'))[0] as Reals };
    },
  };
}

/** Numbers of a store's value. */
export function reals(bytes: Uint8Array | undefined): Float32Array {
  if (bytes === undefined) throw new Error('there is no such chunk');
  return new Float32Array(bytes.slice().buffer);
}

/** The same numbers in f32, one after the other; undefined stands for a field that is not there. */
export function joined(fields: readonly (Reals | undefined)[], points: number, fill: number): Float32Array {
  const all = new Float32Array(fields.length * points).fill(fill);
  for (const [number, values] of fields.entries()) {
    if (values === undefined) continue;
    for (let point = 0; point < points; point++)
      all[number * points + point] = Number.isNaN(values[point]) ? fill : (values[point] as number);
  }
  return all;
}
