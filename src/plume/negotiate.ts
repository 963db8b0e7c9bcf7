import { dataName, type Derived, derivationsOf } from './derived/derivations.js';
import { inOrder } from './derived/graph.js';
import type { Param, ParamType, Protocol } from './protocol.js';
import { plumeVersion, versionNumber } from './version.js';

/** A parameter that is offered with another type than it is asked for. It is agreed on all the same: reading it by the wrong type fails. */
export interface TypeClash {
  readonly name: string;
  readonly asked: ParamType;
  readonly offered: ParamType;
}

/** What came of asking a plugin, and why. */
export interface Decision {
  readonly accepted: boolean;
  /** In words, for people: what speaks against the plugin. Empty when it is accepted. */
  readonly reasons: readonly string[];
  /** What is agreed on, each name once: what the plugin requires, then all of every group that is wholly on offer. */
  readonly params: readonly Param[];
  /** How the derived ones of these are made. */
  readonly derived: readonly Derived[];
  /** Names that were required or in a group and are not on offer. */
  readonly missing: readonly string[];
  readonly typeClashes: readonly TypeClash[];
  /** For each group of the configuration, whether all of it is on offer. */
  readonly groups: readonly boolean[];
}

/**
 * Decides whether a plugin can run beside a model. Rules as upstream (plume: src/plume/Negotiator.cc): versions; every required parameter
 * on offer; where there are groups, at least one wholly on offer, and then all such groups count. Names decide, types do not.
 */
export function negotiate(offers: Protocol, requires: Protocol, groups: readonly (readonly Param[])[]): Decision {
  const asked = uniqueParams([...requires.required, ...groups.flat()]);
  const offered = new Set(offers.offered.map(dataName));
  const makeable = makeableFrom(asked, offered);
  const missingOf = (params: readonly Param[]): readonly string[] =>
    unique(params.flatMap((param) => missingFor(param, offered, makeable)));
  const requiredMissing = missingOf(requires.required);
  const groupsMissing = groups.map(missingOf);
  const matched = groupsMissing.map((missing) => missing.length === 0);
  const agreed = uniqueParams([...requires.required, ...groups.filter((_, index) => matched[index]).flat()]);
  const { order, cycle } = inOrder(derivationsFor(agreed, offered));
  const reasons = [
    ...versionReasons(offers, requires),
    ...(requiredMissing.length === 0 ? [] : [`required but not offered: ${requiredMissing.join(', ')}`]),
    ...(groups.length === 0 || matched.includes(true) ? [] : [`no group of parameters is wholly offered: ${lacking(groupsMissing)}`]),
    ...(cycle.length === 0 ? [] : [`derived parameters that wait for each other: ${cycle.join(', ')}`]),
  ];
  const accepted = reasons.length === 0;
  return {
    accepted,
    reasons,
    params: accepted ? agreed : [],
    derived: accepted ? order : [],
    missing: unique([...requiredMissing, ...groupsMissing.flat()]),
    typeClashes: clashesOf(asked, offers.offered),
    groups: matched,
  };
}

function versionReasons(offers: Protocol, requires: Protocol): readonly string[] {
  const { requestedPlumeVersion, requestedAtlasVersion } = requires;
  const { offeredAtlasVersion } = offers;
  return [
    ...(versionNumber(requestedPlumeVersion) > versionNumber(plumeVersion)
      ? [`requires plume ${requestedPlumeVersion}, this is ${plumeVersion}`]
      : []),
    ...(versionNumber(requestedAtlasVersion) > versionNumber(offeredAtlasVersion)
      ? [`requires atlas ${requestedAtlasVersion}, the model offers ${offeredAtlasVersion}`]
      : []),
  ];
}

const lacking = (groups: readonly (readonly string[])[]): string =>
  groups.map((missing, index) => `group ${index + 1} lacks ${missing.join(', ')}`).join('; ');

/** Derivations of what is asked for and not offered as it is, by name. */
function makeableFrom(params: readonly Param[], offered: ReadonlySet<string>): ReadonlyMap<string, Derived> {
  return new Map(derivationsFor(params, offered).map((derived) => [derived.name, derived]));
}

function derivationsFor(params: readonly Param[], offered: ReadonlySet<string>): readonly Derived[] {
  const all = params.flatMap((param) => (offered.has(dataName(param)) ? [] : derivationsOf(param)));
  return all.filter(({ name }, index) => !offered.has(name) && all.findIndex((other) => other.name === name) === index);
}

/** Names that would have to be offered for a parameter to be had. */
function missingFor(param: Param, offered: ReadonlySet<string>, makeable: ReadonlyMap<string, Derived>): readonly string[] {
  const missing: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name) || offered.has(name)) return;
    seen.add(name);
    const sources = makeable.get(name)?.sources;
    if (sources === undefined) missing.push(name);
    else for (const source of sources) visit(source);
  };
  visit(dataName(param));
  return missing;
}

function clashesOf(params: readonly Param[], offered: readonly Param[]): readonly TypeClash[] {
  return params.flatMap((param) => {
    const offer = offered.find((candidate) => dataName(candidate) === dataName(param));
    return offer === undefined || offer.type === param.type ? [] : [{ name: dataName(param), asked: param.type, offered: offer.type }];
  });
}

function uniqueParams(params: readonly Param[]): readonly Param[] {
  const seen = new Set<string>();
  return params.filter((param) => !seen.has(dataName(param)) && seen.add(dataName(param)) !== undefined);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
