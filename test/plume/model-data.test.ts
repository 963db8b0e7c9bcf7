// Named values: exact types, ownership, flags of update. Cases of types and flags as in plume, tests/core/test_model_data.cc.
import t, { type Test } from 'tap';
import { isDteError } from '../../src/base/index.js';
import { ModelData } from '../../src/plume/index.js';
import { cpuEngine } from '../support/engines.js';
import { fieldOf, layerValues, levels } from './support.js';

function refused(test: Test, work: () => unknown, code: 'input.value' | 'input.keyword' | 'input.field', pattern: RegExp): void {
  try {
    work();
    test.fail(`not refused: ${pattern}`);
  } catch (error) {
    test.ok(isDteError(error, code), String(error));
    test.match((error as Error).message, pattern);
  }
}

const types = ['int', 'bool', 'float', 'double', 'string'] as const;
const given = { int: 1, bool: false, float: 1.111, double: 2.222, string: 'some-text' } as const;

t.test('a value is read by its exact type only', async (test) => {
  const data = new ModelData();
  for (const type of types) data.provide(type, type.toUpperCase() as 'INT', { value: given[type] });
  for (const name of types) {
    for (const type of types) {
      if (type === name) test.equal(data[type](name), type === 'float' ? Math.fround(1.111) : given[type]);
      else
        refused(
          test,
          () => data[type](name),
          'input.value',
          new RegExp(`'${name}' is of type ${name.toUpperCase()}, not ${type.toUpperCase()}`),
        );
    }
  }
  refused(test, () => data.string('strin'), 'input.keyword', /no value 'strin'; did you mean 'string'\?/);
  refused(test, () => data.field('int'), 'input.value', /'int' is of type INT, not ATLAS_FIELD/);
});

t.test('what is provided is read where the model keeps it; what is created is updated here', async (test) => {
  const data = new ModelData();
  const step = { value: 3 };
  data.provide('NSTEP', 'INT', step);
  step.value = 4;
  test.equal(data.int('NSTEP'), 4);
  refused(test, () => data.update('NSTEP', 5), 'input.value', /'NSTEP' was not created/);
  data.create('x', 'FLOAT', 1.111);
  data.update('x', 10.111);
  test.equal(data.float('x'), Math.fround(10.111));
  for (const value of ['text', true]) refused(test, () => data.update('x', value), 'input.value', /FLOAT 'x' cannot be/);
  refused(test, () => data.create('n', 'INT', 1.5), 'input.value', /INT 'n' cannot be 1.5; a whole number is expected/);
  refused(test, () => data.create('x', 'INT', 1), 'input.keyword', /there is a value 'x' already/);
});

t.test('setUpdated clears all flags first, tells observers in order, and raises versions', async (test) => {
  const engine = await cpuEngine();
  const data = new ModelData();
  const heard: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    data.create(name, 'INT', 0);
    data.observe(name, (which) => heard.push(which));
  }
  data.provideField('u', { value: await fieldOf(engine, 'O2', levels(0), () => 1) });
  test.equal(data.field('u').version, 0);
  data.setUpdated(['b', 'u', 'a']);
  test.same(
    ['a', 'b', 'c', 'u'].map((name) => data.isUpdated(name)),
    [true, true, false, true],
  );
  test.same(heard, ['b', 'a']);
  test.equal(data.field('u').version, 1);
  data.setUpdated(['c']);
  test.same(
    ['a', 'b', 'c', 'u'].map((name) => data.isUpdated(name)),
    [false, false, true, false],
  );
  test.equal(data.field('u').version, 1, 'a field that is not named is the same as before');
  refused(test, () => data.setUpdated(['c', 'd']), 'input.keyword', /there is no value 'd'/);
  test.equal(data.isUpdated('c'), true, 'a list with a mistake changes nothing');
  data.clearUpdated();
  test.equal(data.isUpdated('c'), false);
  await engine.close();
});

t.test('a field states levels and members, and keeps its shape when its values change', async (test) => {
  const engine = await cpuEngine();
  const data = new ModelData();
  const layers = [1, 2].flatMap((number) => [7, 8, 9].map((level) => ({ level, number })));
  const u = await fieldOf(engine, 'O2', layers, (point, layer) => 10 * layer + point);
  const handle = data.createField('u', u, { levtype: 'pl' });
  test.match(handle, { name: 'u', shortName: 'u', levtype: 'pl', levels: [7, 8, 9], version: 0, updated: false });
  const before = engine.memory.inUseBytes;
  data.update('u', await fieldOf(engine, 'O2', layers, () => 5));
  test.equal((await layerValues(engine, data.field('u').field, 3))[0], 5);
  test.equal(engine.memory.inUseBytes, before, 'the memory of the field before it is given back');
  const other = await fieldOf(engine, 'O2', layers.slice(0, 3), () => 5);
  refused(
    test,
    () => data.update('u', other),
    'input.field',
    /'u' cannot take values of another grid or of other layers; it has .* 6 layers, the new one .* 3/,
  );
  const mixed = await fieldOf(engine, 'O2', [layers[0], layers[3], layers[1], layers[4]] as typeof layers, () => 0);
  refused(test, () => data.provideField('w', { value: mixed }), 'input.field', /'w' has layers in another order/);
  refused(test, () => data.provideField('w', { value: { ...other, tiles: [] } }), 'input.field', /states 3 layers and holds 0/);
  data.release();
  test.same(data.names, []);
  await engine.close();
});
