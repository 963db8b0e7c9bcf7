import { DteError } from '../../base/index.js';
import { parseDuration } from '../../mars/index.js';
import { parseStatistic, type Statistic } from '../../stats/index.js';

/** Statistics over windows of one length. */
export interface Reduction {
  readonly statistics: readonly Statistic[];
  readonly lengthSeconds: number;
}

/** `mean,min,max:24h`. Errors: `input.option`. */
export function parseReduction(text: string): Reduction {
  const [words, length, ...rest] = text.split(':');
  const lengthSeconds = length === undefined ? undefined : parseDuration(length)?.seconds;
  if (words === undefined || words === '' || rest.length > 0 || lengthSeconds === undefined || lengthSeconds <= 0) {
    throw new DteError('input.option', `'${text}' is not a reduction`, { hint: 'statistics and the length of a window: mean,min,max:24h' });
  }
  return { statistics: words.split(',').map((word) => parseStatistic(word.trim())), lengthSeconds };
}

/** Windows hold whole numbers of samples; with `isKeyed` each statistic has one length. Errors: `input.option`. */
export function checkReductions(reductions: readonly Reduction[], everySeconds: number, isKeyed: boolean): void {
  const words = reductions.flatMap(({ statistics }) => statistics);
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (isKeyed && twice !== undefined) {
    throw new DteError('input.option', `'${twice}' over windows of two lengths, which a store cannot tell apart`, {
      hint: 'write them to a folder, or each with an expver of its own',
    });
  }
  for (const { lengthSeconds, statistics } of reductions) {
    if (lengthSeconds % everySeconds === 0) continue;
    throw new DteError('input.option', `windows of ${lengthSeconds} s for ${statistics.join(', ')} of samples every ${everySeconds} s`, {
      hint: 'a window is a multiple of the time between samples',
    });
  }
}
