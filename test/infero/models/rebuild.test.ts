// Models rebuild to the bytes that are here, from arithmetic that is the same on every machine.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { isDteError, sha256Hex } from '../../../src/base/index.js';
import { nodeContext } from '../../../src/base/node.js';
import { shippedModel, shippedModels } from '../../../src/infero/index.js';
import { packageRoot } from '../../../src/base/package-root.js';
import { modelScript } from '../../support/model-scripts.js';

t.test('scripts make the models and their cards anew, byte by byte', async (test) => {
  const { names, filesOf, isSame } = await modelScript('make.mjs');
  test.same(names, shippedModels);
  for (const name of names) {
    for (const [path, bytes] of await filesOf(name)) {
      test.ok(isSame(path, bytes), `${path} is what its script makes (node models/make.mjs makes it)`);
      const other = Uint8Array.from(bytes);
      other[other.length >> 1]! ^= 1;
      test.notOk(isSame(path, other), `${path}: a bit that is another is seen`);
    }
  }
});

t.test('functions of the scripts agree with those of the language', async (test) => {
  const made = await modelScript('make/arithmetic.mjs');
  const worst = { exp: 0, log: 0, tanh: 0, sigmoid: 0, cos: 0, sin: 0 };
  for (let n = -3000; n <= 3000; n++) {
    const x = n / 128 + 0.001;
    worst.exp = Math.max(worst.exp, Math.abs(made.exp(x) / Math.exp(x) - 1));
    worst.tanh = Math.max(worst.tanh, Math.abs(made.tanh(x) - Math.tanh(x)));
    worst.sigmoid = Math.max(worst.sigmoid, Math.abs(made.sigmoid(x) - 1 / (1 + Math.exp(-x))));
    worst.cos = Math.max(worst.cos, Math.abs(made.cosTurns(x) - Math.cos(2 * Math.PI * x)));
    worst.sin = Math.max(worst.sin, Math.abs(made.sinTurns(x) - Math.sin(2 * Math.PI * x)));
    if (x > 0) worst.log = Math.max(worst.log, Math.abs(made.log(x) - Math.log(x)));
  }
  // A few units of the last place; for 24 turns those of the argument, 24 x 2 pi x 1.1e-16.
  for (const [name, error] of Object.entries(worst))
    test.ok(error < (name === 'cos' || name === 'sin' ? 5e-14 : 5e-15), `${name}: ${error}`);
  test.same([made.exp(-800), made.exp(800)], [0, Number.POSITIVE_INFINITY]);
});

t.test('numbers drawn from a seed have the moments they should have', async (test) => {
  const { seeded } = await modelScript('make/arithmetic.mjs');
  const moments = (draw: () => number): readonly [number, number] => {
    const values = Array.from({ length: 20_000 }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };
  const near = (got: readonly [number, number], mean: number, variance: number, what: string): void => {
    // Five standard errors of a mean and of a variance of 20 000 numbers.
    test.ok(Math.abs(got[0] - mean) < 5 * Math.sqrt(variance / 20_000), `${what}: mean ${got[0]}`);
    test.ok(Math.abs(got[1] / variance - 1) < 5 * Math.sqrt(2 / 20_000), `${what}: variance ${got[1]}`);
  };
  near(moments(seeded(1).random), 1 / 2, 1 / 12, 'uniform');
  near(moments(seeded(2).normal), 0, 1, 'normal');
  test.notSame(seeded(1).random(), seeded(2).random());
});

t.test('a card tells the checksum and size of its file; another file is refused', async (test) => {
  const context = nodeContext();
  for (const name of shippedModels) {
    const { bytes, card } = await shippedModel(context, name);
    test.equal(card.sizeBytes, bytes.length);
    test.equal(card.sha256, sha256Hex(readFileSync(new URL(`models/${name}/${card.file}`, packageRoot()))));
    test.equal(card.licence, 'Apache-2.0');
    for (const { unit, meaning } of [...card.inputs, ...card.outputs]) test.ok(unit !== '' && meaning !== '');
  }
  const damaged = {
    asset: async (path: string) => {
      const bytes = await context.asset(path);
      if (path.endsWith('.onnx')) bytes[100]! ^= 1;
      return bytes;
    },
  };
  await shippedModel(damaged, 'vortex').then(
    () => test.fail('a damaged model was taken'),
    (error: unknown) => {
      test.ok(isDteError(error, 'data.checksum'));
      test.match((error as Error).message, /vortex\.onnx.*node models\/make\.mjs/);
    },
  );
  await shippedModel(context, 'cyclone').then(
    () => test.fail('a model that is not here was taken'),
    (error: unknown) => {
      test.ok(isDteError(error, 'absent.file'));
      test.match((error as Error).message, /'cyclone' is not a model of this package; they are longwave, vortex/);
    },
  );
});
