import { type AskedPredicate, type Meaning, meaningsOf } from './asked-cells.js';
import { axisOf } from './index-axes.js';
import type { StoredGroup } from './stored-groups.js';

/** What the indexes of a group have of the values that are asked of one keyword. */
export interface Answers {
  /** What the texts of the axis of an index mean, by the position of the index. */
  meaningsAt(position: number): ReadonlyMap<string, Meaning>;
  /** One bit for each index: whether its axis has anything that is asked for. */
  readonly bits: Uint32Array;
}

/** The answers of a group to one question after the other: retrievals ask again and again for a few values of each keyword. */
interface Known {
  /** Of each index the number of its axis: indexes mostly repeat the axes of others. */
  readonly numbers: Uint32Array;
  readonly axes: readonly (readonly string[] | undefined)[];
  readonly answers: Map<string, Answers>;
}

const groups = new WeakMap<StoredGroup, Known[]>();
const mostAnswers = 256;
/** Requests with more values than this are seldom repeated. */
const mostValues = 32;

/** What the indexes of a group have of one predicate of its element's rule; `number`: which predicate. */
export function answersOf(group: StoredGroup, number: number, asked: AskedPredicate): Answers {
  let predicates = groups.get(group);
  if (predicates === undefined) groups.set(group, (predicates = []));
  const known = (predicates[number] ??= axesOf(group, asked));
  if (asked.asked.length > mostValues) return answer(known, asked);
  // Where the keyword is not named its default is asked for, which is no cell's value.
  const name = `${asked.dimension === undefined}\n${asked.asked.map((value) => value ?? '\0').join('\n')}`;
  let answers = known.answers.get(name);
  if (answers === undefined) {
    if (known.answers.size === mostAnswers) known.answers.clear();
    known.answers.set(name, (answers = answer(known, asked)));
  }
  return answers;
}

function axesOf({ refs }: StoredGroup, { predicate }: AskedPredicate): Known {
  const numbers = new Uint32Array(refs.length);
  const axes: (readonly string[] | undefined)[] = [];
  const byText = new Map<string | undefined, number>();
  for (const [position, ref] of refs.entries()) {
    const axis = axisOf(ref, predicate);
    const text = axis?.join('\n');
    let axisNumber = byText.get(text);
    if (axisNumber === undefined) {
      byText.set(text, (axisNumber = axes.length));
      axes.push(axis);
    }
    numbers[position] = axisNumber;
  }
  return { numbers, axes, answers: new Map() };
}

function answer({ numbers, axes }: Known, asked: AskedPredicate): Answers {
  const meanings = axes.map((axis) => meaningsOf(asked, axis));
  const bits = new Uint32Array((numbers.length + 31) >>> 5);
  for (let position = 0; position < numbers.length; position++)
    if ((meanings[numbers[position] as number] as ReadonlyMap<string, Meaning>).size > 0)
      bits[position >>> 5] = (bits[position >>> 5] as number) | (1 << (position & 31));
  return { bits, meaningsAt: (position) => meanings[numbers[position] as number] as ReadonlyMap<string, Meaning> };
}

/** Positions of the indexes that have something of everything that is asked for, newest first. */
export function commonPositions(answers: readonly Answers[], count: number): readonly number[] {
  const positions: number[] = [];
  for (let word = 0; word << 5 < count; word++) {
    let left = count - (word << 5) >= 32 ? ~0 : (1 << (count & 31)) - 1;
    for (const { bits } of answers) left &= bits[word] as number;
    for (; left !== 0; left &= left - 1) positions.push((word << 5) + 31 - Math.clz32(left & -left));
  }
  return positions;
}
