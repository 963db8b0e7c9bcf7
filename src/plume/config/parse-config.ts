import { DteError } from '../../base/index.js';
import type { Param } from '../protocol.js';
import type { CoreConfig, OnError, PluginSpec } from '../types.js';
import { type Entry, readDocument } from './document.js';
import { kindOf } from './kind-of.js';
import { parseParam } from './parse-params.js';

/** A configuration that was read and checked. Plugins stand in the order in which they run. */
export interface PlumeConfig {
  readonly plugins: readonly PluginSpec[];
  readonly verbose: boolean;
}

export interface ConfigSource {
  /** Path for messages. */
  readonly source?: string;
  /** Absolute folder, ending in '/', that relative paths start from. Default: that of `source`, else none. */
  readonly folder?: string;
}

const pluginKeys = [
  'name',
  'lib',
  'parameters',
  'core-config',
  'kind',
  'timeout',
  'on-error',
  'failures',
  'every',
  'order',
  'after',
  'memory',
  'restarts',
];
const onErrorWords: readonly OnError[] = ['disable', 'skip_step', 'abort'];

/** Failures in a row after which a plugin is left out, where none are stated. */
const usualFailures = 3;

/** Reads a configuration given as YAML, JSON or a plain value. `input.config` and `input.syntax` name the line. */
export async function parseConfig(given: string | object, { source, folder }: ConfigSource = {}): Promise<PlumeConfig> {
  const document = await readDocument('configuration', given, source);
  const map = document.map(['plugins', 'verbose']);
  const plugins = map.get('plugins');
  if (plugins === undefined) throw document.missing('plugins', 'it is a list of plugins, each with name and lib');
  const from = folder ?? (source === undefined ? '' : source.slice(0, source.lastIndexOf('/') + 1));
  const specs = plugins
    .named('plugins')
    .list()
    .map((entry) => pluginOf(entry, from));
  refuseTwins(specs);
  return { plugins: inOrder(specs), verbose: map.get('verbose')?.truth() ?? false };
}

function pluginOf(entry: Entry, folder: string): PluginSpec {
  const map = entry.map(pluginKeys);
  const name = map.get('name')?.text();
  if (name === undefined) throw entry.missing('name', 'every plugin has a name and a lib');
  const plugin = entry.named(`plugin '${name}'`);
  const get = (key: string): Entry | undefined => map.get(key)?.named(`${key} of plugin '${name}'`);
  const lib = get('lib')?.text();
  if (lib === undefined) throw plugin.missing('lib', 'it is the file that the plugin comes from');
  return {
    name,
    lib,
    kind: kindOf(get('kind'), lib, plugin),
    groups: groupsOf(get('parameters')),
    coreConfig: coreConfigOf(get('core-config')),
    timeoutMs: durationMs(get('timeout')),
    onError: get('on-error')?.oneOf(onErrorWords) ?? 'disable',
    failures: get('failures')?.whole(1) ?? usualFailures,
    every: get('every')?.whole(1) ?? 1,
    order: get('order')?.number(Number.NEGATIVE_INFINITY, 'a number') ?? 0,
    after: get('after')?.texts() ?? [],
    memoryMiB: get('memory')?.whole(1),
    restarts: get('restarts')?.whole(0) ?? 0,
    folder,
    where: entry.where,
  };
}

/** A list of groups, each a list of parameters; a plain list of parameters is one group. */
function groupsOf(entry: Entry | undefined): readonly (readonly Param[])[] {
  if (entry === undefined || entry.value() === undefined) return [];
  const items = entry.list();
  if (items.length > 0 && items.every((item) => item.isMap())) return [items.map((item) => parseParam(item))];
  return items.map((group) => group.list().map((item) => parseParam(item)));
}

function coreConfigOf(entry: Entry | undefined): CoreConfig {
  if (entry === undefined || entry.value() === undefined) return {};
  if (!entry.isMap()) throw entry.error('is not a map', 'what the plugin reads is expected, as a map');
  return entry.value() as CoreConfig;
}

function durationMs(entry: Entry | undefined): number | undefined {
  if (entry === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|min)$/.exec(entry.text());
  const scale = { ms: 1, s: 1000, min: 60_000 }[match?.[2] as 'ms' | 's' | 'min'];
  const milliseconds = Number(match?.[1]) * scale;
  if (milliseconds > 0) return milliseconds;
  throw entry.error('is not a duration', 'a number with a unit is expected: 500ms, 5s, 2min');
}

function refuseTwins(specs: readonly PluginSpec[]): void {
  const seen = new Set<string>();
  for (const { name, where } of specs) {
    if (seen.has(name)) throw new DteError('input.config', `plugin '${name}' stands twice in plugins`, { where, hint: 'names are unique' });
    seen.add(name);
  }
}

/** By `order`, then as written, each after all that its `after` names. */
function inOrder(specs: readonly PluginSpec[]): readonly PluginSpec[] {
  const left = specs.toSorted((a, b) => a.order - b.order);
  const placed: PluginSpec[] = [];
  for (const { name, after, where } of specs) {
    const unknown = after.find((other) => !specs.some((spec) => spec.name === other));
    if (unknown === undefined) continue;
    const hint = `plugins are ${specs.map((spec) => spec.name).join(', ')}`;
    throw new DteError('input.config', `plugin '${name}' runs after '${unknown}', which is not there`, { where, hint });
  }
  while (left.length > 0) {
    const next = left.findIndex(({ after }) => after.every((name) => placed.some((spec) => spec.name === name)));
    if (next < 0) {
      const names = left.map(({ name }) => name).join(', ');
      throw new DteError('input.config', `plugins ${names} each run after another of them`, {
        where: (left[0] as PluginSpec).where,
        hint: "take one name out of their 'after'",
      });
    }
    placed.push(...left.splice(next, 1));
  }
  return placed;
}
