// What a schema does with metadata and selections: archive, list, retrieve.
import t from 'tap';
import { type DteError, isDteError } from '../../src/base/index.js';
import {
  archiveSplitter,
  canonicalSelection,
  canonicalValue,
  cellsOf,
  keyFromText,
  keyText,
  levelMatcher,
  parseSchema,
  type Predicate,
  type RulePath,
  rulesFor,
  type SplitKey,
  splitForArchive,
  storedValues,
  type TypeName,
} from '../../src/fdb/schema/index.js';
import type { Key, Selection } from '../../src/fdb/types.js';

const head = 'param:Param; step:Step; date:Date; time:Time; expver:Expver; levelist:Double; number:Integer; grid:Grid;';
const schema = parseSchema(`${head}
[ class, expver, stream=oper, date, time, domain?g
    [ type=ofb [ reportype ]]
    [ type, levtype [ step, levelist?, param ]]]
[ class=rd, expver, stream=enfo, date:Year
    [ date:Month, type, levtype=!sfc/dp, grid- [ date:Date, quantile?, number?, param ]]]
[ class, expver, stream=!oper, domain [ type [ date, param ]]]
`);

const oper = {
  class: 'od',
  expver: '0001',
  stream: 'oper',
  date: '20240131',
  time: '1200',
  type: 'an',
  levtype: 'pl',
  step: '6',
  levelist: '500',
  param: '130',
};
const enfo = {
  class: 'rd',
  expver: 'xxxx',
  stream: 'enfo',
  date: '20240131',
  type: 'pd',
  levtype: 'ml',
  grid: '1/1',
  number: '3',
  param: '130',
  quantile: '1:5',
};
const key = (values: Readonly<Record<string, string>>): Key => new Map(Object.entries(values));
const selection = (values: Readonly<Record<string, readonly string[]>>): Selection => new Map(Object.entries(values));
const texts = ({ database, group, element, rule }: SplitKey): readonly string[] => [
  keyText(rule.database.predicates, database),
  keyText(rule.group.predicates, group),
  keyText(rule.group.element.predicates, element),
];

function failure(work: () => unknown): DteError {
  try {
    work();
  } catch (error) {
    if (isDteError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('metadata go to three levels, with defaults and without what is ignored', async (test) => {
  test.same(texts(splitForArchive(schema, key(oper))), ['od:0001:oper:20240131:1200:g', 'an:pl', '6:500:130']);
  const { levelist, ...surface } = oper;
  test.equal(levelist, '500');
  test.same(texts(splitForArchive(schema, key({ ...surface, domain: '' }))).at(2), '6::130', 'an absent level leaves its place empty');
  const split = splitForArchive(schema, key(enfo));
  test.same(texts(split), ['rd:xxxx:enfo:2024', '1:pd:ml:', '20240131:1:5:3:130']);
  test.same([...split.database.keys(), ...split.group.keys()], ['class', 'expver', 'stream', 'year', 'month', 'type', 'levtype', 'grid']);
});

t.test('a splitter gives what one split gives, and the same key object for the same key', async (test) => {
  const splitter = archiveSplitter(schema);
  const first = splitter(key(oper));
  const second = splitter(key({ ...oper, step: '12', levelist: '850.0' }));
  test.equal(second.database, first.database);
  test.equal(second.group, first.group);
  test.same(texts(second), texts(splitForArchive(schema, key({ ...oper, step: '12', levelist: '850.0' }))));
  test.same(texts(splitter(key(enfo))), texts(splitForArchive(schema, key(enfo))));
  test.throws(() => splitter(key({ ...oper, step: 'x' })), { code: 'input.value' });
  test.throws(() => splitter(key({ ...oper, ident: '1' })), { code: 'input.metadata' });
});

t.test('values that have several spellings are archived in one', async (test) => {
  const spelled = { ...oper, class: 'OD', time: '12', levelist: '500.0', step: '06', date: '2024-01-31' };
  test.same(texts(splitForArchive(schema, key(spelled))), texts(splitForArchive(schema, key(oper))));
});

t.test('metadata that no rule takes are refused, and the closest rule is named', async (test) => {
  const { type, ...untyped } = oper;
  test.equal(type, 'an');
  const missing = failure(() => splitForArchive(schema, key(untyped)));
  test.equal(missing.code, 'input.metadata');
  test.match(
    missing.message,
    /no rule of the schema takes \{class=od,.*closest is \[type,levtype\[step,levelist\?,param\]\], where type is missing/,
  );
  test.equal(missing.where.line, 4);
  test.match(failure(() => splitForArchive(schema, key({ ...enfo, levtype: 'sfc' }))).message, /levtype=sfc is not outside of dp\/sfc/);
  const left = failure(() => splitForArchive(schema, key({ ...oper, number: '1', ident: '7' })));
  test.match(left.message, /has no place for number=1, ident=7/);
  const foreign = failure(() => splitForArchive(schema, key({ date: '20240101', time: '0000', param: '130' })));
  test.match(foreign.message, /no MARS keys \(class, stream, expver\)/);
  test.match(failure(() => splitForArchive(parseSchema(''), key(oper))).message, /the schema has no rules/);
});

t.test('the first rule that fits decides, as upstream, even when a later one would keep more', async (test) => {
  const two = parseSchema('[class [type [param]]] [class [type [param, number]]]');
  const error = failure(() => splitForArchive(two, key({ class: 'od', type: 'an', param: '1', number: '2' })));
  test.equal(error.code, 'input.metadata');
  test.equal(error.where.line, 1);
});

t.test('values that would lead out of the directory or break its name are refused', async (test) => {
  const bad = { class: '..', expver: '../.', domain: 'g/..', type: 'a\0b', levtype: 'x:y', param: '130/..' };
  for (const [keyword, value] of Object.entries(bad)) {
    test.equal(failure(() => splitForArchive(schema, key({ ...oper, [keyword]: value }))).code, 'input.value', keyword);
  }
  test.equal(
    failure(() => splitForArchive(schema, key({ ...enfo, quantile: '1:2:3' }))).code,
    'input.value',
    'one colon is a quantile, two are none',
  );
  test.equal(failure(() => splitForArchive(schema, key({ ...oper, expver: '00011' }))).code, 'input.value');
  test.equal(
    failure(() => splitForArchive(schema, key({ ...oper, date: '-1' }))).code,
    'input.value',
    'a relative date is none of a message',
  );
  const inherited = splitForArchive(parseSchema('[class [__proto__? [constructor]]]'), key({ class: 'od', constructor: 'c' }));
  test.same([...inherited.element], [['constructor', 'c']]);
});

t.test('key texts read back, with a quantile that holds a colon', async (test) => {
  const { element } = (schema.rules[1] as RulePath['database']).groups[0] as RulePath['group'];
  for (const text of ['20240131:1:5:3:130', '20240131::3:130', '20240131:x::130']) {
    test.equal(keyText(element.predicates, keyFromText(element.predicates, text)), text);
  }
  test.equal(keyFromText(element.predicates, '20240131:1:5:3:130').get('quantile'), '1:5');
  test.throws(() => keyFromText(element.predicates, '1:2'), { code: 'data.index' });
  test.throws(() => keyFromText(element.predicates, '1:2:3:4:5:6'), { code: 'data.index' });
});

const canonical: readonly (readonly [TypeName, string, string])[] = [
  ['Default', 'G', 'g'],
  ['First3', 'Consensus', 'con'],
  ['Integer', '007', '7'],
  ['Double', '1000.0', '1000'],
  ['Double', '.05', '0.05'],
  ['Double', '1e-5', '1e-05'],
  ['Double', '0.0000125', '1.25e-05'],
  ['Double', '1.5e3', '1500'],
  ['Date', '2024-01-31', '20240131'],
  ['Time', '6', '0600'],
  ['Step', '24-24', '24'],
  ['Expver', '1', '0001'],
  ['Grid', '0.25/0.25', '0.25+0.25'],
  ['Ignore', 'x', ''],
  ['Year', '20240131', '2024'],
  ['Year', '2024', '2024'],
  ['Month', '20240131', '1'],
  ['MonthOfDate', '20240131', '01'],
  ['YearMonth', '20240131', '202401'],
  ['ClimateMonthly', 'jan', '1'],
  ['ClimateMonthly', '20241231', '12'],
  ['ClimateDaily', 'feb-3', '0203'],
  ['ClimateDaily', '20240203', '0203'],
  ['ClimateDaily', '0203', '0203'],
];

t.test('each type has one text for a value', async (test) => {
  for (const [type, text, expected] of canonical) test.equal(canonicalValue(type, text), expected, `${type} ${text}`);
  test.equal(canonicalValue('Date', ''), '', 'an absent value stays absent');
  test.equal(canonicalValue('Date', '-1', { todayMs: Date.UTC(2024, 2, 1) }), '20240229');
  for (const type of ['Integer', 'Double', 'Date', 'Time', 'Step', 'Year', 'Month', 'ClimateDaily', 'ClimateMonthly'] as const) {
    test.throws(() => canonicalValue(type, 'what?'), { code: 'input.value' }, type);
  }
});

function fits(text: string, asked: Readonly<Record<string, readonly string[]>>, stored: Readonly<Record<string, string>>): boolean {
  const rule = parseSchema(`${head}[${text}[a[b]]]`).rules[0];
  const matcher = levelMatcher(rule?.predicates ?? [], selection(asked));
  const values = (rule?.predicates ?? []).map(({ printed, keyword }) => stored[printed] ?? stored[keyword] ?? '');
  const answer = matcher.matches(key(stored));
  if (answer !== matcher.matchesValues(values)) throw new Error('the two forms of the matcher differ');
  return answer;
}

t.test('stored keys fit by their type', async (test) => {
  test.ok(fits('step', { step: ['6'] }, { step: '0-6' }));
  test.ok(fits('step', { step: ['0-6'] }, { step: '6' }));
  test.ok(fits('step', { step: ['30m'] }, { step: '0.5' }), 'older versions keep hours with decimals');
  test.notOk(fits('step', { step: ['12-18'] }, { step: '12' }), 'unlike upstream, which gives another field than was asked for');
  test.ok(fits('param', { param: ['130'] }, { param: '130.128' }));
  test.ok(fits('param', { param: ['200131'] }, { param: '131.200' }));
  test.notOk(fits('param', { param: ['130'] }, { param: '130.200' }));
  test.ok(fits('levelist', { levelist: ['500.0'] }, { levelist: '500' }));
  test.ok(fits('levelist', { levelist: ['1234.5678'] }, { levelist: '1234.57' }), 'other versions keep six digits');
  test.ok(fits('class', { class: ['od', 'rd'] }, { class: 'RD' }));
  test.ok(fits('grid', { grid: ['0.25', '0.25'] }, { grid: '0.25+0.25' }), 'a grid of two numbers is one value');
  test.ok(fits('date:Year', { date: ['20240131'] }, { year: '2024' }));
  test.ok(fits('date:Year', { year: ['2024'] }, { year: '2024' }));
  test.notOk(fits('date:Year', { date: ['20230131'] }, { year: '2024' }));
  test.ok(fits('date:Month', { date: ['20240131'] }, { date: '202401' }), '5.10.8 keeps the year with the month');
  test.ok(fits('domain?g', { domain: ['g'] }, { domain: '' }));
  test.notOk(fits('levelist?', { levelist: ['500'] }, { levelist: '' }));
  test.ok(fits('class,domain', { expver: ['1'] }, { class: 'od', domain: 'g' }), 'what is not asked for is not looked at');
});

t.test('an axis gives the stored text that answers, for wind two', async (test) => {
  const param = (type: TypeName): Predicate => parseSchema(`param:${type}; [param[a[b]]]`).rules[0]?.predicates[0] as Predicate;
  const answers = (asked: string, axis: readonly string[], type: TypeName = 'Param') => storedValues(param(type), asked, new Set(axis));
  test.same(answers('130', ['130.128', '131']), ['130.128']);
  test.same(answers('131', ['138', '155']), ['138', '155']);
  test.same(answers('131.128', ['138.128', '155.128']), ['138.128', '155.128']);
  test.same(answers('131', ['131', '138', '155']), ['131']);
  test.same(answers('131', ['138']), []);
  test.same(answers('229', ['140229']), ['140229'], 'a number without table is looked for in other tables');
  test.same(answers('229', ['140229'], 'ParamID'), []);
  const step = parseSchema('step:Step; [step[a[b]]]').rules[0]?.predicates[0] as Predicate;
  test.same(storedValues(step, '6', new Set(['0-6', '6', '12'])), ['6', '0-6']);
});

t.test('a selection gives cells, its first keyword slowest', async (test) => {
  const [rule] = rulesFor(schema, selection({ class: ['od'], stream: ['oper'], type: ['fc'] }));
  const asked = {
    param: ['130', '131'],
    step: ['0', '6', '6'],
    levelist: ['500'],
    class: ['od'],
    expver: ['1'],
    stream: ['oper', 'wave'],
    date: ['20240131'],
    time: ['0'],
    type: ['fc'],
    levtype: ['pl'],
  };
  const cells = cellsOf(rule as RulePath, selection(asked));
  if ('missing' in cells) throw new Error(`missing ${cells.missing.join()}`);
  const elements = [...cells.cells()].map((cell) => texts(cell));
  test.equal(cells.count, 4);
  test.same(
    elements.map((levels) => levels[2]),
    ['0:500:130', '6:500:130', '0:500:131', '6:500:131'],
  );
  test.same(elements[0]?.slice(0, 2), ['od:0001:oper:20240131:0000:g', 'fc:pl']);
  const { time, ...timeless } = asked;
  test.same(time, ['0']);
  test.same(cellsOf(rule as RulePath, selection(timeless)), { missing: ['time'] });
  const none = cellsOf(rule as RulePath, selection({ ...asked, stream: ['wave'] }));
  test.same('missing' in none ? none : [none.count, [...none.cells()]], [0, []]);
  test.throws(() => cellsOf(rule as RulePath, selection({ ...asked, step: ['x'] })), /^step: /);
});

t.test('a date asks for its own month and year only', async (test) => {
  const [rule] = rulesFor(schema, selection({ stream: ['enfo'], class: ['rd'], levtype: ['ml'] }));
  const asked = {
    class: ['rd'],
    expver: ['xxxx'],
    stream: ['enfo'],
    date: ['20231231', '20240101'],
    type: ['pd'],
    levtype: ['ml', 'sfc'],
    param: ['1'],
  };
  const cells = cellsOf(rule as RulePath, selection(asked));
  if ('missing' in cells) throw new Error(`missing ${cells.missing.join()}`);
  test.same([...cells.cells()].map(texts), [
    ['rd:xxxx:enfo:2023', '12:pd:ml:', '20231231:::1'],
    ['rd:xxxx:enfo:2024', '1:pd:ml:', '20240101:::1'],
  ]);
  test.equal(cells.count, 2);
});

t.test('a selection leaves the rules open that it does not exclude', async (test) => {
  const lines = (asked: Readonly<Record<string, readonly string[]>>) => rulesFor(schema, selection(asked)).map(({ group }) => group.line);
  test.same(lines({}), [3, 4, 6, 7]);
  test.same(lines({ stream: ['oper'] }), [3, 4]);
  test.same(lines({ stream: ['oper'], type: ['an'] }), [4]);
  test.same(lines({ stream: ['enfo'], class: ['rd'], levtype: ['sfc'] }), [7]);
});

t.test('a selection has its values in canonical text', async (test) => {
  const today = { todayMs: Date.UTC(2024, 0, 2) };
  const got = canonicalSelection(schema, selection({ date: ['0', '-1'], step: ['06', '6'], expver: ['1'], class: ['OD'] }), today);
  test.same([...got], [...selection({ date: ['20240102', '20240101'], step: ['6'], expver: ['0001'], class: ['od'] })]);
  test.throws(() => canonicalSelection(schema, selection({ step: ['-6'] })), /^step: /);
});
