import type { IndexRef } from '../database/index.js';
import type { Predicate } from '../schema/index.js';
import { axisOf } from './index-axes.js';

/** What has to be done about an index for the sake of others of its group. */
export interface Overlap {
  /** A newer index may hold some of its elements. */
  readonly mayBeHidden: boolean;
  /** An older index may hold some of its elements. */
  readonly mayHide: boolean;
}

/** Comparisons for each index, on average. Where more would be needed (all indexes share the values) all count as overlapping. */
const mostComparisons = 64;

/**
 * Which indexes of one group, newest first, may hold elements of each other. Two whose axes have no value of some keyword in common
 * share no element, and a store that is flushed step by step has only such: then no texts need to be remembered or compared.
 * Keywords that may be absent do not count, for axes do not tell of elements without them.
 */
export function overlaps(refs: readonly IndexRef[], predicates: readonly Predicate[]): readonly Overlap[] {
  if (refs.length === 1) return [{ mayBeHidden: false, mayHide: false }];
  const axes = predicates
    .filter((predicate) => !predicate.isOptional && !predicate.isIgnored)
    .map((predicate) => refs.map((ref) => axisOf(ref, predicate)))
    .filter((values) => values.every((axis) => axis !== undefined && axis.length > 0)) as (readonly string[])[][];
  const all = refs.map(() => ({ mayBeHidden: true, mayHide: true }));
  if (axes.length === 0) return all;
  // The axis that tells indexes apart best leads to the few that are worth comparing.
  const [leading, ...others] = axes
    .map((values) => ({ values, postings: postingsOf(values) }))
    .sort((a, b) => b.postings.size - a.postings.size) as [{ values: (readonly string[])[]; postings: Map<string, number[]> }];
  const sets = (others as { values: (readonly string[])[] }[]).map(({ values }) => values.map((axis) => new Set(axis)));
  const result = refs.map(() => ({ mayBeHidden: false, mayHide: false }));
  let left = mostComparisons * refs.length;
  for (let older = 1; older < refs.length; older++) {
    const compared = new Set<number>();
    for (const value of leading.values[older] as readonly string[]) {
      for (const newer of leading.postings.get(value) as number[]) {
        if (newer >= older) break;
        if (compared.has(newer)) continue;
        compared.add(newer);
        if (left-- === 0) return all;
        if (!sets.every((axis) => haveCommon(axis[older] as Set<string>, axis[newer] as Set<string>))) continue;
        (result[older] as { mayBeHidden: boolean }).mayBeHidden = true;
        (result[newer] as { mayHide: boolean }).mayHide = true;
      }
    }
  }
  return result;
}

/** Value -> numbers of the indexes that have it, rising. */
function postingsOf(axes: readonly (readonly string[])[]): Map<string, number[]> {
  const postings = new Map<string, number[]>();
  for (const [index, axis] of axes.entries()) {
    for (const value of axis) {
      const known = postings.get(value);
      if (known === undefined) postings.set(value, [index]);
      else known.push(index);
    }
  }
  return postings;
}

function haveCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const value of few) if (many.has(value)) return true;
  return false;
}
