import { DteError } from '../../base/index.js';
import { type Derivation, type Param, type ParamType, paramTypes, type Protocol, type ShapeRule } from '../protocol.js';
import { atlasVersion, checkedVersion, plumeVersion } from '../version.js';
import { checkDerivation, derivations } from '../derived/derivations.js';
import { type Entry, readDocument } from './document.js';

const paramKeys = ['name', 'type', 'available', 'comment', 'levtype', 'level', 'height', 'derive', 'from'];
const outputKeys = [...paramKeys, 'shape'];
const shapeKeys = ['like', 'grid', 'levels', 'levtype'];
const versionKeys = ['requestedPlumeVersion', 'requestedAtlasVersion', 'offeredPlumeVersion', 'offeredAtlasVersion'] as const;
const protocolKeys = ['required', 'offered', ...versionKeys];

/** A parameter of a protocol or of a group in a configuration. `usual` is what may be left out. */
export function parseParam(entry: Entry, keys: readonly string[] = paramKeys, usual: Partial<Pick<Param, 'name' | 'type'>> = {}): Param {
  const map = entry.map(keys);
  const name = map.get('name')?.text() ?? usual.name;
  if (name === undefined) throw entry.missing('name', 'every parameter has a name and a type');
  const named = entry.named(`parameter '${name}'`);
  const type = map.get('type');
  const read = type === undefined ? usual.type : parseType(type.named(`type of parameter '${name}'`));
  if (read === undefined) throw named.missing('type', `types are ${paramTypes.join(', ')}`);
  const param: Param = {
    name,
    type: read,
    available: map.get('available')?.oneOf(['on-request', 'always']) ?? 'on-request',
    ...optional('comment', map.get('comment')?.text()),
    ...optional('levtype', map.get('levtype')?.text()),
    ...optional('level', map.get('level')?.number(0)),
    ...optional('height', map.get('height')?.number(0, 'a height in metres')),
    ...optional('derive', map.get('derive')?.oneOf(Object.keys(derivations) as Derivation[])),
    ...optional('from', map.get('from')?.texts()),
    ...optional('shape', shapeOf(map.get('shape'))),
  };
  checkDerivation(param, entry.where);
  return param;
}

/** Types in any case; upstream's examples write them in lower case. */
function parseType(entry: Entry): ParamType {
  const text = entry.text().toUpperCase();
  const type = paramTypes.find((known) => known === text);
  if (type !== undefined) return type;
  throw entry.error('is not a type', `types are ${paramTypes.join(', ')}`);
}

function shapeOf(entry: Entry | undefined): ShapeRule | undefined {
  if (entry === undefined) return undefined;
  const map = entry.map(shapeKeys);
  const rule = {
    ...optional('like', map.get('like')?.text()),
    ...optional('grid', map.get('grid')?.text()),
    ...optional('levels', levelsOf(map.get('levels'))),
    ...optional('levtype', map.get('levtype')?.text()),
  };
  if (rule.like === undefined && rule.grid === undefined) {
    throw entry.error("has neither 'like' nor 'grid'", 'like names a required field, grid is a gridspec');
  }
  return rule;
}

function levelsOf(entry: Entry | undefined): readonly number[] | undefined {
  if (entry === undefined) return undefined;
  const items = entry.isList() ? entry.list() : [entry];
  if (items.length === 0) throw entry.error('has no level', 'at least one level is expected');
  return items.map((item) => item.number(0));
}

/** A protocol as YAML, JSON or a plain value: `required` or `offered` (lists of parameters), and versions. */
export async function parseProtocol(given: string | object, source?: string): Promise<Protocol> {
  return protocolOf(await readDocument('protocol', given, source));
}

export function protocolOf(entry: Entry): Protocol {
  const map = entry.map(protocolKeys);
  if (!map.has('required') && !map.has('offered')) {
    throw entry.missing('required', "a protocol has 'required' or 'offered', or both");
  }
  const version = (key: (typeof versionKeys)[number], usual: string): string => {
    const given = map.get(key);
    return given === undefined ? usual : checkedVersion(given.text(), given.what, given.where);
  };
  return {
    required: unique(map.get('required'), paramKeys),
    offered: unique(map.get('offered'), outputKeys),
    requestedPlumeVersion: version('requestedPlumeVersion', '0.0.0'),
    requestedAtlasVersion: version('requestedAtlasVersion', '0.0.0'),
    offeredPlumeVersion: version('offeredPlumeVersion', plumeVersion),
    offeredAtlasVersion: version('offeredAtlasVersion', atlasVersion),
  };
}

function unique(entry: Entry | undefined, keys: readonly string[]): readonly Param[] {
  if (entry === undefined || entry.value() === undefined) return [];
  const seen = new Set<string>();
  return entry.list().map((item) => {
    const param = parseParam(item, keys);
    const key = `${param.name} ${param.height ?? ''}`;
    if (seen.has(key)) {
      throw new DteError('input.config', `parameter '${param.name}' stands twice in ${entry.what}`, {
        where: item.where,
        hint: 'each parameter is listed once',
      });
    }
    seen.add(key);
    return param;
  });
}

function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}
