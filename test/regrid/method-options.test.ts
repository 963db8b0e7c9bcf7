// Options of methods: names, ranges, defaults, and that they are part of what names a matrix in the cache.
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { methodOptions, methods, optionsOfMethods, parseMethodOption, prepareWeights, weightsKey } from '../../src/regrid/index.js';
import { resolveOptions } from '../../src/regrid/method-options.js';

t.test('options not given have their defaults, and only those of the method are there', async (test) => {
  test.same(resolveOptions('x', ['nclosest', 'outside'], { nclosest: 7 }), { nclosest: 7, outside: 'missing-value' });
  test.same(resolveOptions('x', [], {}), {});
});

t.test('every built-in method lists its options, and every option is in the table', async (test) => {
  test.same([...optionsOfMethods.keys()].sort(), [...methods.keys()].sort());
  for (const names of optionsOfMethods.values()) for (const name of names) test.ok(name in methodOptions, name);
});

t.test('an unknown option, or one of another method, is refused with the nearest name', async (test) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('10/10')];
  const asked = { method: 'linear', outsied: 'failure' } as object;
  await test.rejects(prepareWeights(nodeContext(), source, target, asked), {
    code: 'input.option',
    message: /'outsied' is not an option of linear.*did you mean 'outside'/,
  });
  test.throws(() => weightsKey(source, target, { method: 'linear', nclosest: 3 }), { code: 'input.option', message: /'nclosest'.*linear/ });
});

t.test('a value out of range is refused with the range', async (test) => {
  for (const [name, value, accepted] of [
    ['nclosest', 0, /an integer, 1 or more, at most 1000/],
    ['nclosest', 2.5, /an integer/],
    ['distance', 0, /a number, above 0 \(m\)/],
    ['distance', Number.NaN, /distance cannot be NaN/],
    ['distance-tolerance', -1, /0 or more/],
    ['distance-weighting', 'gausian', /did you mean 'gaussian'/],
    ['healpix-half-box', 'yes', /true or false/],
    ['outside', 3, /missing-value, failure, nearest/],
  ] as const) {
    test.throws(() => resolveOptions('x', [name], { [name]: value }), { code: 'input.option', message: accepted }, `${name} ${value}`);
  }
});

t.test('values are read from text, and MIR spellings are known', async (test) => {
  test.equal(parseMethodOption('nclosest', '8'), 8);
  test.equal(parseMethodOption('healpix-half-box', 'true'), true);
  test.equal(parseMethodOption('distance-weighting', 'shepard'), 'shepard');
  test.equal(parseMethodOption('finite-element-projection-fail', 'increase-epsilon'), 'missing-value');
  test.same(resolveOptions('x', ['outside'], { 'finite-element-projection-fail': 'failure' }), { outside: 'failure' });
  test.throws(() => parseMethodOption('nclosest', 'four'), { code: 'input.option', message: /nclosest cannot be 'four'/ });
  test.throws(() => parseMethodOption('nclosets', '4'), { code: 'input.option', message: /did you mean 'nclosest'/ });
});

t.test('a default that is written out names the same matrix, another value another', async (test) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('10/10')];
  test.equal(weightsKey(source, target, { outside: 'missing-value' }), weightsKey(source, target));
  test.not(weightsKey(source, target, { outside: 'nearest' }), weightsKey(source, target));
});
