// Each rule of negotiation by itself. Rules and first cases: plume, src/plume/Negotiator.cc and tests/core/test_negotiator.cc.
import t from 'tap';
import { negotiate, parseProtocol, plumeVersion, type Param, type Protocol } from '../../src/plume/index.js';

const names = (...list: string[]): string => list.map((name) => `{name: ${name}, type: INT}`).join(', ');
const protocol = (text: string): Promise<Protocol> => parseProtocol(text);
const fields = async (...texts: string[]): Promise<readonly Param[]> =>
  (await protocol(`required: [${texts.map((text) => `{type: ATLAS_FIELD, ${text}}`).join(', ')}]`)).required;

t.test('all that a plugin requires must be on offer', async (test) => {
  const offers = await protocol(`offered: [${names('I', 'J', 'K')}]`);
  const accepted = negotiate(offers, await protocol(`required: [${names('I', 'J', 'K')}]`), []);
  test.match(accepted, { accepted: true, reasons: [], missing: [] });
  test.same(
    accepted.params.map(({ name }) => name),
    ['I', 'J', 'K'],
  );
  const rejected = negotiate(offers, await protocol(`required: [${names('I', 'K_new', 'K_new2')}]`), []);
  test.match(rejected, { accepted: false, params: [], missing: ['K_new', 'K_new2'] });
  test.same(rejected.reasons, ['required but not offered: K_new, K_new2']);
});

t.test('versions are compared as 10000 major + 100 minor + patch', async (test) => {
  const offers = await protocol(`offered: [${names('I')}]\nofferedAtlasVersion: 0.30.5`);
  const decide = async (text: string): Promise<readonly string[]> =>
    negotiate(offers, await protocol(`required: [${names('I')}]\n${text}`), []).reasons;
  test.same(await decide(`requestedPlumeVersion: ${plumeVersion}`), []);
  test.same(await decide('requestedPlumeVersion: 0.8.1'), [`requires plume 0.8.1, this is ${plumeVersion}`]);
  test.same(await decide('requestedAtlasVersion: 0.30.5'), []);
  test.same(await decide('requestedAtlasVersion: 0.9.9'), [], '0.9.9 is 909, 0.30.5 is 3005');
  test.same(await decide('requestedAtlasVersion: 0.31.0'), ['requires atlas 0.31.0, the model offers 0.30.5']);
});

t.test('of groups one has to be on offer, and all that are count', async (test) => {
  const offers = await protocol(`offered: [${names('a', 'b', 'c')}]`);
  const nothing = await protocol('required: []');
  const group = async (...list: string[]): Promise<readonly Param[]> => (await protocol(`required: [${names(...list)}]`)).required;
  const both = negotiate(offers, nothing, [await group('a', 'b'), await group('x'), await group('b', 'c')]);
  test.match(both, { accepted: true, groups: [true, false, true], missing: ['x'] });
  test.same(
    both.params.map(({ name }) => name),
    ['a', 'b', 'c'],
    'all groups that are on offer, each name once',
  );
  const none = negotiate(offers, nothing, [await group('a', 'x'), await group('y')]);
  test.match(none, { accepted: false, groups: [false, false] });
  test.same(none.reasons, ['no group of parameters is wholly offered: group 1 lacks x; group 2 lacks y']);
  test.equal(negotiate(offers, nothing, []).accepted, true, 'no groups, no condition');
});

t.test('only names are compared; a clash of types is told', async (test) => {
  const decision = negotiate(
    await protocol('offered: [{name: a, type: FLOAT}]'),
    await protocol('required: [{name: a, type: DOUBLE}]'),
    [],
  );
  test.equal(decision.accepted, true);
  test.same(decision.typeClashes, [{ name: 'a', asked: 'DOUBLE', offered: 'FLOAT' }]);
});

t.test('a derived parameter is on offer by its own name, or with its source and all that it depends on', async (test) => {
  const nothing = await protocol('required: []');
  const wants = await fields('name: u, height: 100', 'name: v, height: 100');
  const offer = async (...list: string[]): Promise<Protocol> =>
    protocol(`offered: [${list.map((name) => `{name: '${name}', type: ATLAS_FIELD}`).join(', ')}]`);
  const made = negotiate(await offer('u', 'v', 'z'), nothing, [wants]);
  test.equal(made.accepted, true);
  test.same(
    made.derived.map(({ name, derivation, sources, height }) => [name, derivation, sources, height]),
    [
      ['u;hl;100', 'wind_at_height', ['u', 'z'], 100],
      ['v;hl;100', 'wind_at_height', ['v', 'z'], 100],
    ],
  );
  test.same(negotiate(await offer('u', 'v'), nothing, [wants]).missing, ['z'], 'a dependency is missing');
  test.same(negotiate(await offer('u', 'z'), nothing, [wants]).missing, ['v'], 'a source is missing');
  const own = negotiate(await offer('u;hl;100', 'v', 'z'), nothing, [wants]);
  test.same(
    own.derived.map(({ name }) => name),
    ['v;hl;100'],
    'what the model offers by that name is not derived',
  );
});

t.test('derivations build on each other, in order, and a circle is refused', async (test) => {
  const offers = await protocol('offered: [{name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}, {name: z, type: ATLAS_FIELD}]');
  const nothing = await protocol('required: []');
  const speed = negotiate(offers, nothing, [await fields('name: ws, derive: wind_speed, height: 10')]);
  test.same(
    speed.derived.map(({ name }) => name),
    ['u;hl;10', 'v;hl;10', 'ws;hl;10'],
  );
  const named = negotiate(offers, nothing, [
    await fields('name: shear, derive: wind_speed, from: [a, b]', 'name: a, derive: wind_speed', 'name: b, derive: wind_direction'),
  ]);
  test.same(
    named.derived.map(({ name }) => name),
    ['a', 'b', 'shear'],
  );
  const circle = negotiate(offers, nothing, [
    await fields(
      'name: a, derive: wind_speed, from: [b, u]',
      'name: b, derive: wind_speed, from: [a, v]',
      'name: c, derive: wind_speed, from: [a, u]',
    ),
  ]);
  test.match(circle, { accepted: false, derived: [] });
  test.same(circle.reasons, ['derived parameters that wait for each other: a, b']);
});
