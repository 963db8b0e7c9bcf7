import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { isDteError } from '../../../src/base/index.js';
import {
  decimalFactor,
  float32NotAbove,
  ibmNearest,
  ibmNotAbove,
  ibmValue,
  simplePackingParameters,
} from '../../../src/grib/codec/index.js';
import { seeded } from '../../support/random.js';

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (isDteError(error)) return error.code;
  }
  return 'nothing thrown';
};

t.test('IBM floats: words and values of the definition', async (t) => {
  // -118.625 = -(0x76.A) = -0.76A hex * 16^2: sign 1, exponent 66, fraction 76A000.
  t.equal(ibmValue(0xc276a000), -118.625);
  t.equal(ibmNearest(-118.625), 0xc276a000);
  t.equal(ibmNearest(1), 0x41100000);
  t.equal(ibmNearest(0), 0);
  t.equal(ibmValue(0x7fffffff), (1 - 2 ** -24) * 16 ** 63, 'the largest');
  t.equal(ibmNearest(ibmValue(0x7fffffff)), 0x7fffffff);
  // 0.1 = 0.199999|99... hex * 16^0: the nearest ends in A, the next below in 9.
  t.equal(ibmNearest(0.1), 0x4019999a);
  t.equal(ibmNotAbove(0.1), 0x40199999);
  t.equal(ibmNotAbove(-0.1), 0xc019999a);
  // All ones and a half: the fraction carries into the exponent.
  t.equal(ibmNearest(1 - 2 ** -26), 0x41100000);
  t.equal(ibmNotAbove(-(1 - 2 ** -26)), 0xc1100000);
  t.equal(ibmNotAbove(16 ** -70), 0, 'below the smallest, 0 is not above');
  t.equal(ibmValue(ibmNotAbove(-(16 ** -70))), -(16 ** -65), 'nor is minus the smallest');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e76, -1e76]) {
    t.equal(
      codeOf(() => ibmNearest(value)),
      'limit.range',
      `${value}`,
    );
    t.equal(
      codeOf(() => ibmNotAbove(value)),
      'limit.range',
      `${value}`,
    );
  }
});

t.test('the IBM float not above a value has no neighbour between itself and the value', async (t) => {
  const random = seeded(3);
  for (let i = 0; i < 2000; i++) {
    const value = (random() - 0.5) * 10 ** ((random() - 0.5) * 120);
    const bits = ibmNotAbove(value);
    const next = ibmValue(value > 0 ? bits + 1 : bits - 1);
    if (!(ibmValue(bits) <= value) || !(next > value)) t.fail(`${value}: ${bits.toString(16)}`);
    if (ibmNearest(ibmValue(bits)) !== bits) t.fail(`${value}: not kept by a round trip`);
  }
  t.pass('2000 values');
});

t.test('the f32 not above a value', async (t) => {
  const random = seeded(4);
  for (let i = 0; i < 2000; i++) {
    const value = (random() - 0.5) * 10 ** ((random() - 0.5) * 70);
    const float = float32NotAbove(value);
    const step = 2 ** (Math.floor(Math.log2(Math.abs(float))) - 23);
    if (Math.fround(float) !== float || float > value || !(float + 1.01 * step > value)) t.fail(`${value}: ${float}`);
  }
  t.equal(float32NotAbove(250), 250);
  t.equal(float32NotAbove(-0), 0);
  t.equal(Object.is(float32NotAbove(-0), -0), false, 'no negative zero');
  t.equal(float32NotAbove(1e-40), 0);
  t.equal(float32NotAbove(-1e-40), -(2 ** -126));
  t.equal(float32NotAbove(-(2 - 2 ** -23) * 2 ** 127), -(2 - 2 ** -23) * 2 ** 127);
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, 3.5e38, -3.5e38])
    t.equal(
      codeOf(() => float32NotAbove(value)),
      'limit.range',
      `${value}`,
    );
});

t.test('the decimal factor is built by repeated division, as ecCodes does', async (t) => {
  t.equal(decimalFactor(0), 1);
  t.equal(decimalFactor(-3), 1000);
  t.equal(decimalFactor(1), 0.1);
  t.equal(decimalFactor(6), 1 / 10 / 10 / 10 / 10 / 10 / 10);
  t.not(decimalFactor(6), 1e-6, 'which is an ulp from the nearest double');
});

t.test('packing parameters follow from their definition', async (t) => {
  // 50 * 2^10 = 51200 is within 65535, 50 * 2^11 is not: E = -10.
  t.same(simplePackingParameters(250, 300, 16, 2), { referenceValue: 250, binaryScale: -10, decimalScale: 0, bits: 16 });
  // A range of exactly 2^bits - 1 has E = 0; one of 255.5 rounds to 256 and needs E = 1.
  t.equal(simplePackingParameters(0, 255, 8, 2).binaryScale, 0);
  t.equal(simplePackingParameters(0, 255.5, 8, 2).binaryScale, 1);
  t.equal(simplePackingParameters(0, 255.49, 8, 2).binaryScale, 0);
  t.same(simplePackingParameters(273.15, 273.15, 16, 2), {
    referenceValue: 273.15 - (273.15 % 2 ** -15),
    binaryScale: 0,
    decimalScale: 0,
    bits: 0,
  });
  t.equal(simplePackingParameters(0, 1, 0, 2).bits, 24, 'no bits asked for');
  t.equal(simplePackingParameters(0.1, 1, 16, 1).referenceValue, ibmValue(0x40199999));
  t.ok(simplePackingParameters(0, 1e-36, 16, 2).decimalScale > 0, 'a tiny range is scaled up');
  for (const [minimum, maximum] of [
    [0, Number.NaN],
    [Number.NaN, 0],
    [0, Number.POSITIVE_INFINITY],
    [-1e39, 0],
  ]) {
    t.equal(
      codeOf(() => simplePackingParameters(minimum, maximum, 16, 2)),
      'limit.range',
      `${minimum} to ${maximum}`,
    );
  }
  t.equal(
    codeOf(() => simplePackingParameters(1, 0, 16, 2)),
    'input.option',
    'bounds in the wrong order',
  );
  t.equal(
    codeOf(() => simplePackingParameters(0, 1, 33, 2)),
    'input.option',
    '33 bits',
  );
});

function samplesFolder(): string | undefined {
  try {
    return execFileSync('codes_info', ['-s'], { encoding: 'utf8' }).trim();
  } catch {
    if (process.env['DTE_PEERS'] === 'required') throw new Error('ecCodes is required and absent');
    return undefined;
  }
}
const samples = samplesFolder();

t.test('ecCodes chooses the same parameters', { skip: samples === undefined && 'ecCodes is not installed' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-packing-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const random = seeded(11);
  for (const edition of [1, 2] as const) {
    const fields: { minimum: number; maximum: number; bits: number }[] = [];
    for (let i = 0; i < 300; i++) {
      const size = 10 ** ((random() - 0.5) * (i % 2 === 0 ? 12 : 56));
      const minimum = i % 9 === 0 ? 0 : (random() - 0.5) * size;
      const range = i % 7 === 0 ? 2 ** Math.floor(random() * 20) - (i % 2) : i % 31 === 5 ? 10 ** -(30 + random() * 10) : random() * size;
      fields.push({ minimum, maximum: i % 29 === 3 ? minimum : minimum + range, bits: 1 + Math.floor(random() * 32) });
    }
    const rules = fields.map(({ minimum, maximum, bits }) => {
      const middle = minimum / 2 + maximum / 2;
      const list = [minimum, maximum, middle, minimum].map((value) => value.toExponential(17)).join(',');
      return `set Ni=2; set Nj=2; set bitsPerValue=${bits}; set values={${list}};\nprint "[binaryScaleFactor] [decimalScaleFactor] [bitsPerValue] [referenceValue%.17g]"; set decimalScaleFactor=0;`;
    });
    const ruleFile = join(folder, 'rules');
    writeFileSync(ruleFile, rules.join('\n'));
    const printed = execFileSync('grib_filter', [ruleFile, join(samples as string, `regular_ll_sfc_grib${edition}.tmpl`)], {
      encoding: 'utf8',
      maxBuffer: 1 << 24,
    });
    const lines = printed
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    t.equal(lines.length, fields.length, 'one line for each field');
    let different = 0;
    for (const [i, { minimum, maximum, bits }] of fields.entries()) {
      const { referenceValue, binaryScale, decimalScale, bits: width } = simplePackingParameters(minimum, maximum, bits, edition);
      // A constant field has no scale; ecCodes leaves that of the message before.
      const ours = [width === 0 ? lines[i][0] : binaryScale, decimalScale, width, referenceValue];
      if (ours.some((value, key) => value !== lines[i][key])) {
        different++;
        t.comment(`${minimum} ${maximum} ${bits}: ${ours.join(' ')} and ${lines[i].join(' ')}`);
      }
    }
    t.equal(different, 0, `GRIB${edition}`);
  }
});
