import t from 'tap';
import { defaultMissingStrategy, missingStrategies, missingStrategy } from '../../src/regrid/index.js';

t.test('the five strategies carry the numbers that kernels use, 0 to 4', (t) => {
  const ids = Object.fromEntries(Object.entries(missingStrategies).map(([name, strategy]) => [name, strategy.id]));
  t.same(ids, { no: 0, 'missing-if-all-missing': 1, 'missing-if-any-missing': 2, 'missing-if-heaviest-missing': 3, heaviest: 4 });
  for (const [name, strategy] of Object.entries(missingStrategies)) t.equal(strategy.name, name);
  t.equal(missingStrategy(defaultMissingStrategy).id, 3);
  t.end();
});

t.test('an unknown strategy is refused with the names of all', (t) => {
  t.throws(() => missingStrategy('missing-if-any'), { code: 'input.option', message: /missing-if-all-missing.*heaviest/ });
  t.throws(() => missingStrategy('toString'), { code: 'input.option' });
  t.end();
});
