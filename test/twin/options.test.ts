// What a twin refuses, and in which words.
import t, { type Test } from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { isDteError } from '../../src/base/index.js';
import type { Engine } from '../../src/compute/index.js';
import { createTwin, type TwinOptions } from '../../src/twin/index.js';
import { cpuEngine } from '../support/engines.js';

let engine: Engine;
t.before(async () => {
  engine = await cpuEngine({ threads: 1, memoryMiB: 64 });
});
t.after(() => engine.close());

async function refused(
  test: Test,
  options: unknown,
  code: 'input.option' | 'input.grid' | 'unsupported.grid',
  pattern: RegExp,
): Promise<void> {
  try {
    (await createTwin(engine, options as TwinOptions)).close();
    test.fail(`${JSON.stringify(options)} was taken`);
  } catch (error) {
    test.ok(isDteError(error, code), `${error}`);
    test.match((error as Error).message, pattern);
  }
  test.equal(engine.memory.inUseBytes, 0, 'nothing is left on the device');
}

t.test('an option out of range is named with the value met and what is accepted', async (test) => {
  await refused(test, { case: 'galewski' }, 'input.option', /'galewski' is no case .*galewsky, rossby-haurwitz.*did you mean 'galewsky'/);
  await refused(
    test,
    { case: 'galewsky', parameters: { jetspeed: 1 } },
    'input.option',
    /'jetspeed' is no parameter of case 'galewsky'.*did you mean 'jetSpeed'/,
  );
  await refused(test, { case: 'rossby-haurwitz', parameters: { speed: 1 } }, 'input.option', /it has no parameters/);
  await refused(test, { parameters: { jetSpeed: Number.NaN } }, 'input.option', /parameters\.jetSpeed is NaN.*greatest speed of the jet/);
  await refused(test, { truncation: 0 }, 'input.option', /truncation is 0 .*an integer from 1 to 1279/);
  await refused(test, { truncation: 63.5 }, 'input.option', /truncation is 63\.5/);
  await refused(test, { members: 0 }, 'input.option', /members is 0 .*an integer from 1 to 4096/);
  await refused(test, { seed: -1 }, 'input.option', /seed is -1/);
  await refused(test, { perturbation: -1 }, 'input.option', /perturbation is -1 .*m\/s, 0 or more/);
  await refused(test, { stepSeconds: 0 }, 'input.option', /stepSeconds is 0 .*seconds above 0/);
  await refused(test, { scheme: 'leapfrog' }, 'input.option', /'leapfrog' is no scheme .*exponential, explicit/);
  await refused(test, { diffusion: { order: 0, coefficient: 1 } }, 'input.option', /diffusion\.order is 0/);
  await refused(test, { diffusion: { order: 1, coefficient: -1 } }, 'input.option', /diffusion\.coefficient is -1/);
});

t.test('a grid that is not Gaussian, or too coarse for products, is refused with one that would do', async (test) => {
  await refused(test, { grid: '1/1' }, 'unsupported.grid', /L360x181 is not a global Gaussian grid.*F48 or O48/);
  await refused(test, { grid: { grid: 'F48', area: [80, 0, 0, 90] } }, 'unsupported.grid', /not a global Gaussian grid/);
  await refused(
    test,
    { grid: 'F32' },
    'input.option',
    /products of truncation 63 are more than F32 can tell apart.*F48 or finer, or a truncation up to 42/,
  );
  await refused(test, { grid: 'X5' }, 'input.grid', /X5/);
});

t.test('more members than there is room for end in an error that leaves nothing behind', async (test) => {
  try {
    await createTwin(engine, { truncation: 42, members: 4096 });
    test.fail('was taken');
  } catch (error) {
    test.ok(isDteError(error, 'limit.memory'), `${error}`);
  }
  test.equal(engine.memory.inUseBytes, 0);
});

t.test('grids that hold the products are taken, reduced ones as well', async (test) => {
  const twin = await createTwin(engine, { truncation: 21, grid: gridFromSpec('O16') });
  await twin.step(2);
  const [found] = await twin.diagnostics();
  test.equal(twin.description.grid.name, 'O16');
  test.ok((found?.greatestWind as number) > 50);
  twin.close();
  test.equal(engine.memory.inUseBytes, 0);
});
