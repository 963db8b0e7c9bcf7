import { DteError } from '../../base/index.js';
import { formatKey, type Key, type Selection } from '../types.js';
import type { FdbConfig, LaneTest } from './config.js';
import { posixRegex } from './posix-regex.js';

/** `class=od,expver=xx.?.?`: a pattern for each keyword; an empty text takes everything. `input.config` for a malformed one. */
export function laneTest(text: string, excludes: readonly string[]): LaneTest {
  return { select: testOf(text), excludes: excludes.map(testOf) };
}

function testOf(text: string): ReadonlyMap<string, RegExp> {
  const test = new Map<string, RegExp>();
  for (const item of text.split(',')) {
    if (item.trim() === '') continue;
    const [keyword, pattern, more] = item.trim().split('=') as [string, string?, string?];
    if (keyword === '' || pattern === undefined || pattern === '' || more !== undefined || test.has(keyword)) {
      throw new DteError('input.config', `select '${text}': '${item}' is not a keyword with its pattern`, {
        hint: "'class=od,expver=xx.*', each keyword once",
      });
    }
    test.set(keyword, posixRegex(pattern, `select '${text}'`));
  }
  return test;
}

/** The configuration that takes a message: the first lane whose every keyword is there and fits. `input.metadata` when none does. */
export function configForArchive(config: FdbConfig, metadata: Key): FdbConfig {
  if (config.kind === 'local') return config;
  const values: Selection = new Map([...metadata].map(([keyword, value]) => [keyword, [value]]));
  const lane = config.lanes.find((candidate) => takes(candidate, values, false));
  if (lane !== undefined) return configForArchive(lane.config, metadata);
  throw new DteError('input.metadata', `no lane of the configuration takes ${formatKey(metadata)}`, {
    where: { file: config.source },
    hint: `lanes select ${config.lanes.map(({ text }) => `'${text}'`).join(', ')}`,
  });
}

/** The local configurations that a selection may concern: keywords that it does not name exclude no lane. */
export function configsFor(config: FdbConfig, selection: Selection): readonly FdbConfig[] {
  if (config.kind === 'local') return [config];
  return config.lanes.filter((lane) => takes(lane, selection, true)).flatMap((lane) => configsFor(lane.config, selection));
}

/** One fitting value of a keyword is enough to be the lane's; what is excluded must be so with all its values. */
function takes(lane: LaneTest, selection: Selection, isOpen: boolean): boolean {
  const isSelected = [...lane.select].every(([keyword, pattern]) => selection.get(keyword)?.some((value) => pattern.test(value)) ?? isOpen);
  return (
    isSelected &&
    !lane.excludes.some((test) =>
      [...test].every(([keyword, pattern]) => selection.get(keyword)?.every((value) => pattern.test(value)) ?? false),
    )
  );
}
