import { DteError, type Where } from '../../base/index.js';
import type { Derivation, Param } from '../protocol.js';

/** What a derivation needs to know before there are data. */
interface DerivationKind {
  /** Names of its sources where none are stated, for a parameter of the given name. */
  readonly sources: (name: string) => readonly string[];
  /** Numbers of sources that it can work on. */
  readonly counts: readonly number[];
}

export const derivations: Readonly<Record<Derivation, DerivationKind>> = {
  wind_at_height: { sources: (name) => [name, 'z'], counts: [2] },
  wind_speed: { sources: () => ['u', 'v'], counts: [2] },
  wind_direction: { sources: () => ['u', 'v'], counts: [2] },
  relative_humidity: { sources: () => ['t', 'q'], counts: [2, 3] },
};

/** The highest that upstream interpolates a wind to, metres. */
const highest = 80_000;

/** Where a parameter's values come from when it is not provided as it is. */
export interface Derived {
  /** The name of its values: `u;hl;100`. */
  readonly name: string;
  readonly derivation: Derivation;
  /** Names of what it is made of, themselves perhaps derived. */
  readonly sources: readonly string[];
  readonly height?: number;
}

/** The name under which a parameter's values are kept; those at a height have it in their name, as upstream. */
export function dataName(param: Param): string {
  return param.height === undefined ? param.name : nameAtHeight(param.name, param.height);
}

function nameAtHeight(name: string, height: number): string {
  return `${name};hl;${height}`;
}

/**
 * How a parameter is made, and what that needs in turn: the parameter itself first. Empty for one that is not derived. A derivation
 * other than `wind_at_height` with a height works on its sources at that height.
 */
export function derivationsOf(param: Param): readonly Derived[] {
  const { name, height } = param;
  const derivation = param.derive ?? (height === undefined ? undefined : 'wind_at_height');
  if (derivation === undefined) return [];
  const sources = param.from ?? derivations[derivation].sources(name);
  if (height === undefined) return [{ name, derivation, sources }];
  if (derivation === 'wind_at_height') return [{ name: nameAtHeight(name, height), derivation, sources, height }];
  const atHeight = sources.map((source) => ({
    name: nameAtHeight(source, height),
    derivation: 'wind_at_height' as const,
    sources: [source, 'z'],
    height,
  }));
  return [{ name: nameAtHeight(name, height), derivation, sources: atHeight.map((each) => each.name) }, ...atHeight];
}

/** Refuses what no derivation can do, as soon as it is read. */
export function checkDerivation(param: Param, where: Where): void {
  const { name, height, from } = param;
  const derivation = param.derive ?? (height === undefined ? undefined : 'wind_at_height');
  const refuse = (reason: string, hint: string): DteError => new DteError('input.config', `parameter '${name}' ${reason}`, { where, hint });
  if (derivation === undefined) {
    if (from !== undefined) throw refuse("has 'from' but no 'derive'", `derivations are ${Object.keys(derivations).join(', ')}`);
    return;
  }
  if (param.type !== 'ATLAS_FIELD') throw refuse(`is derived, but of type ${param.type}`, 'only an ATLAS_FIELD can be derived');
  if (derivation === 'wind_at_height' && height === undefined) throw refuse('has no height', 'state it in metres: height: 100');
  if (derivation === 'relative_humidity' && height !== undefined) throw refuse('has a height', 'heights are for winds');
  if (height !== undefined && height > highest) {
    throw refuse(`is asked for at ${height} m`, `winds can be had up to ${highest} m`);
  }
  if (derivation === 'wind_at_height' && from === undefined && name !== 'u' && name !== 'v') {
    throw refuse(
      'has a height, but is no wind component',
      'u and v can be had at a height; of others, name wind and geopotential by from: [x, z]',
    );
  }
  const { counts } = derivations[derivation];
  if (from !== undefined && !counts.includes(from.length)) {
    throw refuse(`is derived from ${from.length} parameters`, `${derivation} takes ${counts.join(' or ')}`);
  }
}
