import { atPlace, DteError, readWhole } from '../../base/index.js';
import { type Entry, readDocument } from '../config/document.js';
import { parseParam } from '../config/parse-params.js';
import { dataName } from '../derived/derivations.js';
import type { Param, ParamType, Protocol, ShapeRule } from '../protocol.js';
import type { PluginData, PluginHost, PluginSpec } from '../types.js';
import { atlasVersion, plumeVersion } from '../version.js';

/** A text in a manifest, and where it begins. */
export interface PlacedText {
  readonly text: string;
  readonly file?: string;
  readonly firstLine: number;
}

/** What is declared of an output; a plugin of a kind knows the rest. */
export interface ManifestOutput {
  readonly name: string;
  readonly shape: ShapeRule;
  readonly comment: string | undefined;
}

/** What plugins that are texts say of themselves, whatever their kind: a YAML file, or the `core-config` itself. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** By the name that the code uses; undefined when they follow from the code. */
  readonly inputs: ReadonlyMap<string, Param> | undefined;
  readonly outputs: readonly ManifestOutput[] | undefined;
  readonly constants: ReadonlyMap<string, number>;
  /** Values of the keys that the kind adds. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The manifest itself, for messages. */
  readonly entry: Entry;
}

const commonKeys = ['name', 'version', 'comment', 'inputs', 'outputs', 'constants'];

/** Scalars that models offer under these names; their type need not be stated. */
const usualScalars: Readonly<Record<string, ParamType>> = { NSTEP: 'INT', NFLEVG: 'INT', TSTEP: 'DOUBLE', WSTEP: 'DOUBLE' };

/**
 * The manifest of a plugin: the YAML file that `lib` names, with `constants` of the `core-config` in place of its own, or else the
 * `core-config`. `keys` are those of the kind beside the common ones. `input.config` with the line for what is not accepted.
 */
export async function readManifest(spec: PluginSpec, host: PluginHost, keys: readonly string[]): Promise<Manifest> {
  if (!/\.ya?ml$/.test(spec.lib)) {
    return manifestOf(await readDocument(`core-config of plugin '${spec.name}'`, spec.coreConfig, undefined, spec.where), spec, keys, {});
  }
  const path = pathOf(spec, spec.lib);
  try {
    const text = new TextDecoder().decode(await readWhole(host.context.fs, path));
    return manifestOf(await readDocument(`manifest '${spec.lib}'`, text, path), spec, keys, spec.coreConfig);
  } catch (error) {
    throw atPlace(error, spec.where);
  }
}

/** A path that a plugin's configuration names, from the folder of the configuration. */
export function pathOf({ folder }: PluginSpec, path: string): string {
  return path.startsWith('/') ? path : `${folder}${path}`;
}

/** A text given under `key`, or in the file that `<key>-file` names. One in a core-config has lines of its own: see `inConfig`. */
export async function textOf(manifest: Manifest, key: string, spec: PluginSpec, host: PluginHost): Promise<PlacedText | undefined> {
  const given = manifest.entries.get(key);
  if (given !== undefined) {
    const text = given.text();
    if (!/\.ya?ml$/.test(spec.lib)) return { text, firstLine: 1 };
    // A block begins on the line after its key.
    return { text, ...fileOf(given), firstLine: (given.line ?? 1) + (text.includes('\n') ? 1 : 0) };
  }
  const named = manifest.entries.get(`${key}-file`);
  if (named === undefined) return undefined;
  const path = pathOf(spec, named.text());
  return { text: new TextDecoder().decode(await readWhole(host.context.fs, path)), file: path, firstLine: 1 };
}

/** A fault in a text of a core-config, told with its line in the text and the place of the plugin. Others keep their place. */
export function inConfig(error: unknown, { where }: PluginSpec): unknown {
  if (!(error instanceof DteError) || error.where.file !== undefined || error.where.line === undefined) return atPlace(error, where);
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new DteError(error.code, `${error.reason}, line ${error.where.line} of the text`, { where, cause: error.cause ?? error, ...hint });
}

function fileOf({ where }: Entry): { readonly file?: string } {
  return where.file === undefined ? {} : { file: where.file };
}

/** What a text plugin says when asked: its inputs, and its outputs as fields. */
export function protocolOf(inputs: Iterable<Param>, outputs: readonly ManifestOutput[]): Protocol {
  return {
    required: [...inputs],
    offered: outputs.map(({ name, shape, comment }) => ({
      name,
      type: 'ATLAS_FIELD',
      available: 'on-request',
      shape,
      ...(comment === undefined ? {} : { comment }),
    })),
    requestedPlumeVersion: '0.0.0',
    requestedAtlasVersion: '0.0.0',
    offeredPlumeVersion: plumeVersion,
    offeredAtlasVersion: atlasVersion,
  };
}

/** A shape whose `like` names inputs as the code does, with their names among the data. */
export function dataShape(shape: ShapeRule, inputs: ReadonlyMap<string, Param>): ShapeRule {
  if (shape.like === undefined) return shape;
  const names = [shape.like].flat().map((name) => {
    const input = inputs.get(name);
    return input === undefined ? name : dataName(input);
  });
  return { ...shape, like: names };
}

/** An input as it is asked for when nothing is said about it: a field, or one of the scalars that every model has. */
export function usualInput(name: string): Param {
  return { name, type: usualScalars[name] ?? 'ATLAS_FIELD', available: 'on-request' };
}

/** The value of a scalar input as a number. */
export function scalarValue(param: Param, data: PluginData): number {
  const name = dataName(param);
  if (param.type === 'INT') return data.int(name);
  if (param.type === 'BOOL') return Number(data.bool(name));
  return param.type === 'FLOAT' ? data.float(name) : data.double(name);
}

type CoreConfig = Readonly<Record<string, unknown>>;

function manifestOf(entry: Entry, spec: PluginSpec, keys: readonly string[], config: CoreConfig): Manifest {
  const entries = entry.map([...commonKeys, ...keys]);
  return {
    name: entries.get('name')?.text() ?? spec.name,
    version: entries.get('version')?.text() ?? '0.0.0',
    inputs: inputsOf(entries.get('inputs')),
    outputs: outputsOf(entries.get('outputs')),
    constants: new Map([...constantsOf(entries.get('constants')), ...overridden(spec, config, entries.get('constants'))]),
    entries,
    entry,
  };
}

function inputsOf(entry: Entry | undefined): ReadonlyMap<string, Param> | undefined {
  if (entry === undefined) return undefined;
  if (entry.isList()) return new Map(entry.list().map((item) => [codeName(item.text(), item), usualInput(item.text())]));
  return new Map([...entry.members()].map(([name, given]) => [name, inputOf(name, given)]));
}

function inputOf(name: string, entry: Entry): Param {
  codeName(name, entry);
  const input = entry.isMap() ? parseParam(entry, undefined, { name, type: usualInput(name).type }) : usualInput(entry.text());
  if (input.type === 'STRING') throw entry.error('is a text', 'inputs are fields and numbers');
  return input;
}

/** A name that the code can use. */
function codeName(name: string, entry: Entry): string {
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  throw entry.error(`has the name '${name}', which no code can use`, `give it one: inputs: {x: '${name}'}`);
}

function outputsOf(entry: Entry | undefined): readonly ManifestOutput[] | undefined {
  if (entry === undefined) return undefined;
  if (entry.isList()) return entry.list().map((item) => ({ name: codeName(item.text(), item), shape: {}, comment: undefined }));
  return [...entry.members()].map(([name, given]) => {
    codeName(name, given);
    if (given.value() === undefined) return { name, shape: {}, comment: undefined };
    const map = given.map(['like', 'grid', 'levels', 'levtype', 'comment']);
    const levels = map.get('levels');
    return {
      name,
      comment: map.get('comment')?.text(),
      shape: {
        ...optional('like', map.get('like')?.texts()),
        ...optional('grid', map.get('grid')?.text()),
        ...optional('levels', levels === undefined ? undefined : (levels.isList() ? levels.list() : [levels]).map((one) => one.number(0))),
        ...optional('levtype', map.get('levtype')?.text()),
      },
    };
  });
}

function constantsOf(entry: Entry | undefined): ReadonlyMap<string, number> {
  if (entry === undefined) return new Map();
  return new Map([...entry.members()].map(([name, given]) => [codeName(name, given), given.number(-3.4e38, 'a number that fits f32')]));
}

/** Constants that a configuration sets: only such as the manifest has. */
function overridden(spec: PluginSpec, config: CoreConfig, own: Entry | undefined): readonly (readonly [string, number])[] {
  const known = [...constantsOf(own).keys()];
  return Object.entries((config['constants'] ?? {}) as Record<string, unknown>).map(([name, value]) => {
    if (known.includes(name) && typeof value === 'number' && Number.isFinite(value)) return [name, value];
    throw new DteError('input.config', `constant '${name}' of plugin '${spec.name}' cannot be ${JSON.stringify(value)}`, {
      where: spec.where,
      hint: `numbers can be given for ${known.join(', ') || 'none of its constants: the manifest has none'}`,
    });
  });
}

function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}
