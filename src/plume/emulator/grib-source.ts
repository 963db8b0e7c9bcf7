import { type Field, type Grid, releaseField } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { find, gribTables, gridOf, type GribTables, type Message, messages, prepareDecode } from '../../grib/index.js';
import type { FieldLayer } from '../types.js';
import type { EmulatorSource, SourceField } from './source.js';

const endings = /\.(grib|grib1|grib2|grb|grb1|grb2)$/i;

/** What a message is a layer of. */
interface Described {
  readonly message: Message;
  readonly shortName: string;
  readonly levtype: string;
  readonly layer: FieldLayer;
}

/**
 * The messages of GRIB files as fields of a model: every file is a step, in the order of names; folders in the folder are left out. All
 * files hold the same fields on the same grid. Errors: `absent.file`, `input.field` with the file and what differs, those of reading and
 * decoding. Files are looked at when their step comes.
 */
export async function openGribFiles(engine: Engine, path: string): Promise<EmulatorSource> {
  const files = await gribFiles(engine, path);
  const tables = await gribTables(engine.context);
  const first = await describedIn(engine, files[0] as string, tables);
  const { grid, fields } = fieldsOf(first, files[0] as string);
  return {
    grid,
    fields,
    steps: files.length,
    read: async (step, wanted) => {
      const file = files[step] as string;
      const described = step === 0 ? first : await describedIn(engine, file, tables);
      checkSame(fields, grid, described, file, files[0] as string);
      return await decodeStep(engine, grid, wanted, described);
    },
    close: () => {},
  };
}

async function gribFiles({ context }: Engine, path: string): Promise<readonly string[]> {
  const info = await context.fs.info(path);
  if (info === undefined) throw new DteError('absent.file', `there is no file or folder '${path}'`);
  if (!info.isDirectory) return [path];
  const found = (await context.fs.list(path)).filter(({ name, isDirectory }) => !isDirectory && endings.test(name));
  if (found.length > 0) return found.map((file) => file.path).toSorted();
  throw new DteError('absent.file', `there are no GRIB files in '${path}'`, { hint: 'their names end in .grib, .grib1, .grib2 or .grb' });
}

async function describedIn({ context }: Engine, path: string, tables: GribTables): Promise<readonly Described[]> {
  const file = await context.fs.open(path);
  const described: Described[] = [];
  try {
    for await (const message of messages(file, { tables, ...(context.signal === undefined ? {} : { signal: context.signal }) })) {
      described.push(describe(message));
    }
  } finally {
    await file.close();
  }
  return described;
}

function describe(message: Message): Described {
  const number = find(message, 'number');
  const level = Number(find(message, 'level') ?? 0);
  const levtype = String(find(message, 'levtype') ?? 'sfc');
  return {
    message,
    shortName: String(find(message, 'shortName') ?? 'unknown'),
    levtype,
    layer: { level: levtype === 'sfc' ? 0 : level, ...(number === undefined ? {} : { number: Number(number) }) },
  };
}

/** Surface fields first, then model levels, then others by name: the first of a parameter has its short name. */
function rank(levtype: string): string {
  return levtype === 'sfc' ? '0' : levtype === 'ml' ? '1' : `2${levtype}`;
}

function fieldsOf(described: readonly Described[], file: string): { readonly grid: Grid; readonly fields: readonly SourceField[] } {
  const grid = gridOf((described[0] as Described).message);
  if (grid.type === 'sh') {
    throw new DteError('unsupported.grid', `'${file}' holds spectral fields, which have no points`, {
      hint: 'dte regrid --grid makes fields on a grid',
    });
  }
  const groups = new Map<string, Described[]>();
  for (const each of described) {
    const key = `${rank(each.levtype)} ${each.shortName}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const taken = new Set<string>();
  const fields = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]): SourceField => {
      const { shortName, levtype } = group[0] as Described;
      const name = taken.has(shortName) ? `${shortName};${levtype}` : shortName;
      taken.add(shortName);
      return { name, shortName, levtype, layers: layersOf(group, name, file) };
    });
  return { grid, fields };
}

/** All levels of the first member, upwards in number, then those of the next. */
function layersOf(group: readonly Described[], name: string, file: string): readonly FieldLayer[] {
  const layers = group.map(({ layer }) => layer).toSorted((a, b) => (a.number ?? -1) - (b.number ?? -1) || a.level - b.level);
  const levels = new Set(layers.map(({ level }) => level));
  const members = new Set(layers.map(({ number }) => number));
  const keys = new Set(layers.map(layerKey));
  if (keys.size === layers.length && layers.length === levels.size * members.size) return layers;
  throw new DteError('input.field', `'${file}' has ${layers.length} messages of '${name}'`, {
    hint: `${levels.size} levels of ${members.size} members need ${levels.size * members.size}, each once`,
  });
}

function layerKey({ level, number }: FieldLayer): string {
  return `${number ?? ''} ${level}`;
}

function checkSame(fields: readonly SourceField[], grid: Grid, described: readonly Described[], file: string, firstFile: string): void {
  const layerName = (shortName: string, levtype: string, { level, number }: FieldLayer): string =>
    `${shortName} of ${levtype} ${level}${number === undefined ? '' : `, member ${number}`}`;
  const expected = new Set(fields.flatMap(({ shortName, levtype, layers }) => layers.map((layer) => layerName(shortName, levtype, layer))));
  const seen = new Set<string>();
  for (const { message, shortName, levtype, layer } of described) {
    const name = layerName(shortName, levtype, layer);
    if (gridOf(message).hash !== grid.hash) throw differs(file, firstFile, `${name} is on another grid`);
    if (!expected.has(name)) throw differs(file, firstFile, `it has ${name}`);
    if (seen.has(name)) throw differs(file, firstFile, `it has ${name} twice`);
    seen.add(name);
  }
  for (const name of expected) if (!seen.has(name)) throw differs(file, firstFile, `it has no ${name}`);
}

function differs(file: string, firstFile: string, how: string): DteError {
  return new DteError('input.field', `'${file}' differs from '${firstFile}': ${how}`, {
    hint: 'all steps hold the same fields on one grid',
  });
}

async function decodeStep(
  engine: Engine,
  grid: Grid,
  wanted: readonly SourceField[],
  described: readonly Described[],
): Promise<ReadonlyMap<string, Field<FieldLayer>>> {
  const decoded = new Map<string, Field<FieldLayer>>();
  try {
    for (const { name, shortName, levtype, layers } of wanted) {
      const own = described.filter((each) => each.shortName === shortName && each.levtype === levtype);
      const byLayer = new Map(own.map(({ layer, message }) => [layerKey(layer), message]));
      const prepared = await prepareDecode(
        engine,
        layers.map((layer) => byLayer.get(layerKey(layer)) as Message),
        grid,
      );
      const field = await engine.run((pass) => prepared.decode(pass));
      decoded.set(name, { ...field, layers });
    }
    return decoded;
  } catch (error) {
    for (const field of decoded.values()) releaseField(field);
    throw error;
  }
}
