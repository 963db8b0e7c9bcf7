// Selections, inputs and texts of the command line, without processes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { throttled } from '../../src/base/index.js';
import { expandInputs } from '../../src/cli/inputs.js';
import { progressText } from '../../src/cli/terminal/progress-bar.js';
import { countText, sizeText, tableText } from '../../src/cli/terminal/text.js';
import { parseKeys, parseWhere } from '../../src/cli/verbs/where.js';
import type { KeyValue, Message } from '../../src/grib/index.js';
import { scratch } from './dte.js';

/** A message whose keys are known already. */
function messageWith(keys: Readonly<Record<string, KeyValue>>): Message {
  return { known: { values: new Map(Object.entries(keys)), layouts: [] } } as unknown as Message;
}

t.test('a selection holds when all its conditions hold', async (t) => {
  const message = messageWith({ shortName: 't', level: 850, dataTime: '0600', topLevel: null });
  const cases: [string, boolean][] = [
    ['shortName=t', true],
    ['shortName=T', false],
    ['shortName=u/v/t', true],
    ['shortName!=t', false],
    ['shortName!=u/v', true],
    ['level=850', true],
    ['level=850.0', true],
    ['level=85', false],
    ['level!=500,shortName=t', true],
    ['level=500,shortName=t', false],
    ['dataTime=600', true],
    ['topLevel=MISSING', true],
  ];
  for (const [where, expected] of cases) t.equal(parseWhere(where)(message), expected, where);
  t.equal(parseWhere(undefined)(message), true);
});

t.test('what is no selection or no list of keys is refused', async (t) => {
  for (const where of ['level', 'level=', '=3', 'a b=3', '']) t.throws(() => parseWhere(where), { code: 'input.option' }, where);
  for (const keys of ['', 'a,,b', 'a b']) t.throws(() => parseKeys(keys), { code: 'input.option' }, keys);
  t.strictSame(parseKeys('a, mars.b'), ['a', 'mars.b']);
});

t.test('patterns that the shell left are expanded, names that exist are taken as they are', async (t) => {
  const folder = scratch(t);
  for (const name of ['b.grib', 'a.grib', 'c.txt', '[x].grib']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'd.grib'));
  const at = (name: string): string => join(folder, name);
  t.strictSame(await expandInputs([at('?.grib')]), [at('a.grib'), at('b.grib')]);
  t.strictSame(await expandInputs([at('[x].grib'), '-']), [at('[x].grib'), '-']);
  await t.rejects(expandInputs([at('*.none')]), { code: 'absent.file' });
  await t.rejects(expandInputs(['-', '-']), { code: 'input.option' });
});

t.test('progress says bytes, fields, rate and what remains', async (t) => {
  const event = { task: 'regrid', done: 50e6, total: 200e6, unit: 'bytes', fields: 12 } as const;
  t.equal(progressText(event, 2), 'regrid  ██████░░░░░░░░░░░░░░░░░░  50.0 MB of 200 MB, 12 fields, 25.0 MB/s, 6 s left');
  t.equal(progressText({ ...event, total: undefined }, 2), 'regrid  50.0 MB, 12 fields, 25.0 MB/s');
  t.equal(progressText({ task: 'weights', done: 0, total: 10, unit: 'rows' }, 0), `weights  ${'░'.repeat(24)}  0 rows of 10 rows`);
});

t.test('at most ten events a second pass, and the last always', async (t) => {
  let now = 0;
  const passed: number[] = [];
  const show = throttled(
    ({ done }) => passed.push(done),
    () => now,
  );
  for (const [ms, done] of [
    [0, 1],
    [50, 2],
    [99, 3],
    [100, 4],
    [150, 9],
  ] as const) {
    now = ms;
    show({ task: 'x', done, total: 9, unit: 'fields' });
  }
  t.strictSame(passed, [1, 4, 9]);
});

t.test('sizes, counts and tables are easy to read', async (t) => {
  t.strictSame([0, 999, 1000, 134_217_728, 4.2e12].map(sizeText), ['0 B', '999 B', '1.00 kB', '134 MB', '4.20 TB']);
  t.strictSame([7, 1234, 6_599_680].map(countText), ['7', '1 234', '6 599 680']);
  t.equal(
    tableText(
      ['name', 'n'],
      [
        ['a', 5],
        ['longer', 12],
      ],
    ),
    'name    n\na        5\nlonger  12\n',
  );
});
