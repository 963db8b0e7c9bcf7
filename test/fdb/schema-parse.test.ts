// Schemas: their grammar, types and normal form. Expected texts follow from the grammar (fdb, src/fdb5/rules/SchemaParser.cc).
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { defaultSchema, formatSchema, parseSchema, type Predicate } from '../../src/fdb/schema/index.js';

const small = `# types
param: Param; date: Date;
[ class=rd/od, expver, dataset=climate-dt, date:Year, domain?g, grid-   # comment
    [ type, date:Month, levtype=!pl/ml [ date:Date, step ?, param ] ]
    [ ty pe2 [ levelist?500 ] ] ]
`;

function predicates(): readonly Predicate[] {
  const rule = parseSchema(small).rules[0];
  return [...(rule?.predicates ?? []), ...(rule?.groups ?? []).flatMap((group) => [...group.predicates, ...group.element.predicates])];
}

const find = (keyword: string, type?: string): Predicate | undefined =>
  predicates().find((predicate) => predicate.keyword === keyword && (type === undefined || predicate.type === type));

t.test('every form of a keyword is read', async (test) => {
  test.match(find('class'), { test: 'one-of', values: ['od', 'rd'], isOptional: false, isIgnored: false });
  test.match(find('dataset'), { test: 'one-of', values: ['climate-dt'] }, 'a value may hold a minus sign');
  test.match(find('levtype'), { test: 'none-of', values: ['ml', 'pl'] });
  test.match(find('domain'), { isOptional: true, default: 'g', test: 'any' });
  test.match(find('step'), { isOptional: true, default: '', type: 'Default' });
  test.match(find('grid'), { isIgnored: true, type: 'Ignore', default: '' });
  test.ok(find('type2'), 'blanks count nowhere, not even in a word');
});

t.test('a date may stand in several levels, each with a name of its own', async (test) => {
  const dates = predicates().filter((predicate) => predicate.keyword === 'date');
  test.same(
    dates.map(({ printed, type }) => [printed, type]),
    [
      ['year', 'Year'],
      ['month', 'Month'],
      ['date', 'Date'],
    ],
  );
});

t.test('a type holds for the rules within a rule', async (test) => {
  const schema = parseSchema(
    'date: Date; [ class, date:Year [ type [ step, date:Date ] ] [ levtype, date:Month [ number, ident- ] ] ] [ class [ date [ ident ] ] ]',
  );
  const [first, second] = schema.rules;
  test.equal(first?.groups[0]?.element.predicates[1]?.type, 'Date');
  test.equal(first?.groups[1]?.element.predicates[1]?.type, 'Ignore');
  test.equal(second?.groups[0]?.predicates[0]?.type, 'Date', 'else the type at the head of the schema');
  test.equal(second?.groups[0]?.element.predicates[0]?.type, 'Default', 'a type does not reach another rule');
  test.equal(second?.line, 1);
});

t.test('the normal form has sorted types and values, and reads back as the same schema', async (test) => {
  const text = formatSchema(parseSchema(small));
  test.equal(
    text,
    'date:Date;\nparam:Param;\n' +
      '[class=od/rd,expver,dataset=climate-dt,date:Year,domain?g,grid:Ignore-[type,date:Month,levtype=!ml/pl[date:Date,step?,param]][type2[levelist?500]]]\n',
  );
  test.equal(formatSchema(parseSchema(text)), text);
});

t.test('keywords may follow rules, as upstream reads it', async (test) => {
  test.equal(formatSchema(parseSchema('[ a [ b [ c ] ] d ]')), '[a,d[b[c]]]\n');
  test.equal(formatSchema(parseSchema('[a[[]]]')), '[a[[]]]\n', 'groups and elements may be without keywords');
  test.equal(formatSchema(parseSchema('')), '');
});

const bad: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  ['a: Strin;', 1, /'Strin' is not a type/],
  ['a: Dat;', 1, /did you mean 'Date'/],
  ['a: Date;\na: Date;', 2, /'a' is given a type twice/],
  ['[ a,\n [ b [ c ]]]', 2, /a comma too many/],
  ['[ a [ b ] ]', 1, /group rule without an element rule/],
  ['[ a ]', 1, /database rule without a group rule/],
  ['[ [ b [ c ] ] ]', 1, /database rule without keywords/],
  ['[ a [ b [ c [ d ] ] ] ]', 1, /a fourth level/],
  ['[ a\n[ b [ c ]\n[ d ] ] ]', 3, /a second element rule/],
  ['[ a, a [ b [ c ] ] ]', 1, /'a' stands twice/],
  ['[ a [ b [ c', 1, /ends too early/],
  ['[ a [ b [ c ] ] ]\n]', 2, /'\]' after the rules/],
  ['[ a= [ b [ c ] ] ]', 1, /expected a value of 'a'/],
  ['[ a=! [ b [ c ] ] ]', 1, /excludes nothing/],
  ['[ a:Date, a:Year [ b [ c ] ] ]', 1, /given a type twice in one rule/],
  ['[ a\u0001 [ b [ c ] ] ]', 1, /control character/],
];

t.test('what is wrong is said with its line', async (test) => {
  for (const [text, line, message] of bad) {
    try {
      parseSchema(text, 'x.schema');
      test.fail(`${text} is taken`);
    } catch (error) {
      if (!isDteError(error, 'input.syntax')) throw error;
      test.match(error.message, message);
      test.same(error.where, { file: 'x.schema', line }, text);
    }
  }
});

t.test('the built-in schema keeps element rules short enough for every index', async (test) => {
  const schema = await defaultSchema(nodeContext());
  test.ok(schema.rules.length > 10);
  for (const rule of schema.rules) for (const group of rule.groups) test.ok(group.element.predicates.length < 8, `line ${group.line}`);
});
