import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { type Derived, dataName } from '../derived/derivations.js';
import { sameDerivation } from '../derived/graph.js';
import { pluginKinds } from '../kinds.js';
import { type Decision, negotiate } from '../negotiate.js';
import type { Param, Protocol } from '../protocol.js';
import type { Plugin, PluginSpec } from '../types.js';
import { isEverybodys, pluginError } from './guard.js';
import { outputProblems } from './outputs.js';
import type { PluginLife } from './plugin-life.js';
import type { PluginDecision, PluginPhase } from './report.js';

/** A plugin and what it said of itself. */
interface Candidate {
  readonly life: PluginLife;
  readonly plugin: Plugin;
  readonly requires: Protocol;
}

/**
 * Loads every plugin, asks what it needs, and decides, in the order in which plugins run: outputs of one that was accepted are on offer to
 * those after it. A plugin that cannot be loaded or asked is rejected; the others go on.
 */
export async function negotiateAll(engine: Engine, lives: readonly PluginLife[], offers: Protocol): Promise<void> {
  const candidates: Candidate[] = [];
  for (const life of lives) {
    const candidate = await candidateOf(engine, life);
    if (candidate !== undefined) candidates.push(candidate);
  }
  let offered = offers.offered;
  let derived: readonly Derived[] = [];
  for (const { life, plugin, requires } of candidates) {
    const decision = withProblems(negotiate({ ...offers, offered }, requires, life.spec.groups), requires, offered, derived, candidates);
    if (!decision.accepted) {
      await life.reject({ plugin: life.spec.name, ...decision }, plugin);
      continue;
    }
    life.accept(plugin, requires.offered, { plugin: life.spec.name, ...decision });
    offered = [...offered, ...requires.offered];
    derived = [...derived, ...decision.derived];
  }
}

async function candidateOf(engine: Engine, life: PluginLife): Promise<Candidate | undefined> {
  let phase: PluginPhase = 'load';
  let plugin: Plugin | undefined;
  try {
    plugin = await loadPlugin(engine, life.spec);
    phase = 'negotiate';
    return { life, plugin, requires: await plugin.negotiate() };
  } catch (error) {
    if (isEverybodys(error)) throw error;
    const { name, onError } = life.spec;
    const failure = { plugin: name, phase, step: 0, error: pluginError(name, phase, 0, error) };
    life.failures.push(failure);
    await life.reject({ ...noDecision, plugin: name, reasons: [failure.error.message] }, plugin);
    if (onError === 'abort') throw failure.error;
    return undefined;
  }
}

const noDecision: Decision = { accepted: false, reasons: [], params: [], derived: [], missing: [], typeClashes: [], groups: [] };

/** Makes the plugin of a configuration's entry. `input.plugin` for one that lacks a part, `unsupported.engine` for a kind that is not there. */
export async function loadPlugin(engine: Engine, spec: PluginSpec): Promise<Plugin> {
  const kind = pluginKinds.get(spec.kind);
  if (kind === undefined) {
    throw new DteError('unsupported.engine', `there are no plugins of kind '${spec.kind}'`, {
      where: spec.where,
      hint: `kinds are ${[...pluginKinds.keys()].join(', ')}`,
    });
  }
  const loader = await kind();
  const plugin = await loader.load(spec, { engine, context: engine.context });
  checkPlugin(plugin, spec);
  return plugin;
}

function checkPlugin(plugin: Plugin, { name, where }: PluginSpec): void {
  const parts = plugin as Partial<Plugin> | undefined;
  const lacks = (reason: string): DteError =>
    new DteError('input.plugin', `plugin '${name}' ${reason}`, {
      where,
      hint: 'a plugin has info {name, version}, negotiate(), record() or run(), and may have setup() and teardown()',
    });
  if (typeof parts?.negotiate !== 'function') throw lacks('has no negotiate()');
  if (typeof parts.info?.name !== 'string' || typeof parts.info.version !== 'string') throw lacks('has no info');
  if ((parts.record === undefined) === (parts.run === undefined))
    throw lacks(parts.run === undefined ? 'has neither record() nor run()' : 'has both record() and run()');
}

function withProblems(
  decision: Decision,
  requires: Protocol,
  offered: readonly Param[],
  derived: readonly Derived[],
  candidates: readonly Candidate[],
): Decision {
  const reasons = [
    ...decision.reasons,
    ...decision.missing.flatMap((name) => laterMaker(name, candidates)).filter(() => !decision.accepted),
    ...(decision.accepted ? outputProblems(requires.offered, decision.params, offered) : []),
    ...decision.derived
      .filter((one) => derived.some((other) => other.name === one.name && !sameDerivation(one, other)))
      .map(({ name }) => `another plugin derives '${name}' in another way`),
  ];
  return reasons.length === 0 ? decision : { ...decision, accepted: false, reasons, params: [], derived: [] };
}

/** What is not on offer may be what a plugin makes that was rejected, or that runs too late. */
function laterMaker(name: string, candidates: readonly Candidate[]): readonly string[] {
  return candidates
    .filter(({ requires }) => requires.offered.some((param) => dataName(param) === name))
    .map(
      ({ life }) =>
        `'${name}' is made by plugin '${life.spec.name}', which ${life.state === 'rejected' ? 'was rejected' : 'does not run before it'}`,
    );
}

/** Names that the model has to provide for what was agreed on. */
export function requestedNames(decisions: readonly PluginDecision[], offers: Protocol): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { params, derived } of decisions) {
    for (const param of params) names.add(dataName(param));
    for (const { sources } of derived) for (const source of sources) names.add(source);
  }
  return new Set([...names].filter((name) => offers.offered.some((param) => dataName(param) === name)));
}
