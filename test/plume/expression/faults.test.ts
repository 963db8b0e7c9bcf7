// Formulas that are refused: what is wrong, where, and what would be right.
import t from 'tap';
import { isDteError } from '../../../src/base/index.js';
import { compileFormulas, type FormulaOptions } from '../../../src/plume/expression/compile.js';
import { bounds } from '../../../src/plume/expression/parse.js';

function messageOf(text: string, options: FormulaOptions = {}): string {
  try {
    compileFormulas({ text, file: 'wind.yaml', firstLine: 10 }, options);
  } catch (error) {
    if (isDteError(error, 'input.syntax')) return error.message;
    throw error;
  }
  return 'accepted';
}

t.test('a fault of the text is named with line, column and the nearest right word', async (test) => {
  const faults: readonly (readonly [string, string])[] = [
    ['', "there is no formula, column 1 of '' (wind.yaml, line 10); write 'name = formula'"],
    ['a = u +', "the text ends where a number, a name, a function or a bracket is wanted, column 8 of 'a = u +' (wind.yaml, line 10)"],
    ['a = u\n\nb = (u + v\nc = u', "'c' stands where ')' is wanted, column 1 of 'c = u' (wind.yaml, line 13)"],
    ['a = u v', "'v' stands where an operator or the end of the line is wanted, column 7 of 'a = u v' (wind.yaml, line 10)"],
    ['a == u', "'==' stands where '=' is wanted, column 3 of 'a == u' (wind.yaml, line 10)"],
    ['3 = u', "'3' stands where a statement 'name = formula' is wanted, column 1 of '3 = u' (wind.yaml, line 10)"],
    ['a = u $ v', "'$' means nothing in a formula, column 7 of 'a = u $ v' (wind.yaml, line 10)"],
    ["a = 'u", "a quoted name has no closing quote, column 5 of 'a = 'u' (wind.yaml, line 10); write 'name' on one line"],
    ["a = ''", "a quoted name is empty, column 5 of 'a = ''' (wind.yaml, line 10)"],
    [
      'a = 2t',
      "'2t' is neither a number nor a name, column 5 of 'a = 2t' (wind.yaml, line 10); a name that begins with a digit stands in quotes: '2t'",
    ],
    ['a = sqr(u)', "'sqr' is no function, column 5 of 'a = sqr(u)' (wind.yaml, line 10); did you mean 'sqrt'?"],
    ['a = sqrt(u, v)', "sqrt is given 2 arguments, column 5 of 'a = sqrt(u, v)' (wind.yaml, line 10); it takes 1"],
    ['a = min(u)', "min is given 1 argument, column 5 of 'a = min(u)' (wind.yaml, line 10); it takes 2 to 16"],
    ['a = 1 < u < 2', "comparisons cannot be chained, column 11 of 'a = 1 < u < 2' (wind.yaml, line 10); write a < b and b < c"],
    ['a = u[v]', "the level of a field is a number, column 7 of 'a = u[v]' (wind.yaml, line 10); as in u[850]"],
    ['a = u * 1e39', "1e39 is too large, column 9 of 'a = u * 1e39' (wind.yaml, line 10); at most 3.4028234663852886e+38 in f32"],
    ['a = u; a = v', "'a' is set twice, column 8 of 'a = u; a = v' (wind.yaml, line 10)"],
    ['a = b\nb = u', "'b' is used before it is set, column 5 of 'a = b' (wind.yaml, line 10); put its line above"],
    ['a = a + u', "'a' is used before it is set, column 5 of 'a = a + u' (wind.yaml, line 10); put its line above"],
    ['pi = u', "'pi' is a word of formulas and cannot be set, column 1 of 'pi = u' (wind.yaml, line 10); give the result another name"],
    [
      'sqrt = u',
      "'sqrt' is a word of formulas and cannot be set, column 1 of 'sqrt = u' (wind.yaml, line 10); give the result another name",
    ],
    ['a = 1 + 2', "'a' uses no field, so it has no points, column 1 of 'a = 1 + 2' (wind.yaml, line 10)"],
  ];
  for (const [text, message] of faults) test.equal(messageOf(text), message, text);
});

t.test('with declared inputs, constants and outputs an unknown name is refused', async (test) => {
  const options = { fields: ['speed'], constants: new Map([['limit', 25]]), scalars: ['NSTEP'] };
  test.equal(messageOf('a = sped', options), "'sped' is not known, column 5 of 'a = sped' (wind.yaml, line 10); did you mean 'speed'?");
  test.equal(messageOf('a = q', options), "'q' is not known, column 5 of 'a = q' (wind.yaml, line 10); inputs are speed");
  test.match(messageOf('limit = speed', options), /'limit' is a constant and cannot be set/);
  test.match(messageOf('NSTEP = speed', options), /'NSTEP' is a scalar of the model and cannot be set/);
  test.match(messageOf('speed = speed + 1', options), /'speed' is an input and cannot be set/);
  test.match(messageOf('a = speed', { ...options, outputs: ['b'] }), /no formula sets the output 'b'.*results are a/);
  test.equal(messageOf('a = speed > limit and NSTEP > 3', options), 'accepted');
});

t.test('a text is bounded in length, depth and terms', async (test) => {
  test.match(messageOf(`a = u${' '.repeat(bounds.characters)}`), /the text has 20005 characters.*at most 20000/);
  const deep = (levels: number): string => `a = ${'('.repeat(levels)}u${')'.repeat(levels)}`;
  test.equal(messageOf(deep(bounds.depth)), 'accepted');
  test.match(messageOf(deep(bounds.depth + 1)), /nested too deep.*at most 64/);
  test.match(messageOf(`a = ${'-'.repeat(100)}u`), /nested too deep/);
  test.match(messageOf(`a = ${'2 ** '.repeat(100)}u`), /nested too deep/);
  test.match(messageOf(`a = ${'u + '.repeat(bounds.nodes)}u`), /too long.*at most 2000 terms/);
});

t.test('results that use each other many times over stay as short as their text', async (test) => {
  // Written out this would be 2^40 terms.
  const lines = ['r0 = u', ...Array.from({ length: 40 }, (_, i) => `r${i + 1} = r${i} + r${i}`)];
  const { formulaKernelText, groupOf } = await import('../../../src/plume/expression/formula-kernel.js');
  const leafOf = ({ name }: { readonly name: string }): { key: string; name: string; level: undefined } => ({
    key: name,
    name,
    level: undefined,
  });
  const formulas = compileFormulas({ text: lines.join('\n') }, { outputs: ['r40'] });
  const group = groupOf(formulas, ['r40'], leafOf);
  const text = formulaKernelText('test/long', formulas, group, leafOf, [{ kind: 'own', mayBeMissing: true }]);
  test.ok(text.wgsl.length < 10_000, `${text.wgsl.length} characters`);
});
