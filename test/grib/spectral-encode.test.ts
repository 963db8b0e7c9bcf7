// Spectral packings are written as ecCodes writes them, octet for octet where it computes the same, and read by ecCodes and cdo.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec, spectralGrid } from '../../src/atlas/index.js';
import { encode, type EncodeOptions, find, gridOf, type Message, newMessage, parseMessage } from '../../src/grib/index.js';
import { rowStart } from '../../src/grib/spectral/coefficients.js';
import { estimatedPower, storedPower } from '../../src/grib/spectral/laplacian-power.js';
import { spectralValues } from '../../src/grib/spectral/spectral-values.js';
import { decoded, type Reals } from '../support/decoded.js';
import { eccodesFields, gribCopy, gribSet } from '../support/eccodes.js';
import { seeded } from '../support/random.js';
import { closeEngines, openEngines } from './against-eccodes.js';
import { gribLs, loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';
import { fieldOf, recoded } from './recoded.js';

const engines = await openEngines();
const { exact, single, gpu } = engines;
const folder = mkdtempSync(join(tmpdir(), 'dte-spectral-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await closeEngines(engines);
});

const noCdo = ((): string | false => {
  try {
    execFileSync('cdo', ['-V'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'cdo is not installed';
  }
})();

function save(name: string, messages: readonly Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(messages));
  return path;
}

const sectionOf = (message: Message, number: number): Uint8Array => {
  const { start, length } = message.sections[number] as { start: number; length: number };
  return message.bytes.subarray(start, start + length);
};

const sh = join(sharedGrib, 'spherical_harmonics.grib');

/** The first message of a file in an edition, by ecCodes. */
async function inEdition(source: string, edition: 1 | 2): Promise<string> {
  const path = join(folder, `edition-${edition}`);
  gribCopy('1', source, join(folder, 'one'));
  gribSet(['-s', `edition=${edition}`], join(folder, 'one'), path);
  return path;
}

t.test('data sections have the octets of ecCodes', { skip: noShared || noEccodes }, async (t) => {
  const tables = await loadTables();
  const cases: readonly (readonly [string, EncodeOptions])[] = [
    ['bitsPerValue=16', {}],
    ['bitsPerValue=24', { bits: 24 }],
    ['bitsPerValue=12', { bits: 12 }],
    ['bitsPerValue=8,JS=5,KS=5,MS=5', { bits: 8, subset: 5 }],
    ['JS=0,KS=0,MS=0', { subset: 0 }],
    ['bitsPerValue=32,JS=62,KS=62,MS=62', { bits: 32, subset: 62 }],
    ['packingType=spectral_simple', { packing: 'simple' }],
    ['packingType=spectral_simple,bitsPerValue=24', { packing: 'simple', bits: 24 }],
  ];
  for (const source of [sh, join(sharedGrib, 'gridType-sh_param-t_levtype-pl_level-1000.grib1')]) {
    for (const edition of [1, 2] as const) {
      const from = await inEdition(source, edition);
      for (const [keys, options] of cases) {
        const { truncation } = gridOf((await readMessages(from))[0] as Message);
        if ((options.subset ?? 0) > (truncation as number)) continue;
        const path = join(folder, 'peer');
        t.ok(gribSet(['-r', '-s', keys.includes('packing') ? keys : `${keys},packingType=spectral_complex`], from, path));
        const [peer] = (await readMessages(path)) as [Message];
        const [bytes] = (await recoded(exact, await readMessages(from), options)) as [Uint8Array];
        const [mine] = parseMessage(bytes, tables) as [Message];
        const name = `${keys}, T${truncation}, edition ${edition}`;
        if (edition === 2) {
          const section = sectionOf(mine, 5);
          const other = sectionOf(peer, 5).slice();
          // ecCodes leaves TS, the number of floats, as it was before the subset changed.
          if (section.length === 35) other.set(section.subarray(30, 34), 30);
          t.equal(Buffer.compare(section, other), 0, `${name}: section 5`);
        }
        t.equal(Buffer.compare(sectionOf(mine, edition === 1 ? 4 : 7), sectionOf(peer, edition === 1 ? 4 : 7)), 0, name);
      }
    }
  }
});

/** Where values of a message are further from others than half a quantum of n, times `quanta`, allows. */
function faults(message: Message, got: Reals, wanted: Reals, quanta: number): readonly string[] {
  const { truncation, sub, lead, power, referenceValue, binaryScale, decimalScale, unpacked } = spectralValues(message);
  const found: string[] = [];
  for (let m = 0; m <= truncation && found.length === 0; m++) {
    for (let n = m; n <= truncation; n++) {
      const scale = lead === 1 || n === 0 ? 1 : (n * (n + 1)) ** -power;
      for (const part of [0, 1]) {
        // Floats of 32 bits, IBM ones with 21 to 24 bits.
        const isFloat = lead === 1 ? n + part === 0 : n < sub;
        const step = isFloat ? 0 : (quanta / 2) * 2 ** binaryScale * 10 ** -decimalScale * scale;
        const at = 2 * (rowStart(truncation, m) + n - m) + part;
        const rounding =
          (isFloat ? 2 ** -20 : 2 ** -22) * Math.abs(wanted[at] as number) + (isFloat ? 0 : 2 ** -22 * Math.abs(referenceValue) * scale);
        const off = Math.abs((got[at] as number) - (wanted[at] as number));
        if (!(off <= step + rounding)) found.push(`m ${m}, n ${n}: ${got[at]} for ${wanted[at]}, off ${off} of ${step + rounding}`);
      }
    }
  }
  return found.concat(unpacked.length > 0 ? [] : ['no floats']);
}

/** A spectrum that falls like that of the atmosphere; imaginary parts of m = 0 are 0. */
function spectrum(truncation: number, slope: number, seed: number, mean = 250): Float64Array {
  const random = seeded(seed);
  const values = new Float64Array((truncation + 1) * (truncation + 2));
  for (let m = 0, at = 0; m <= truncation; m++) {
    for (let n = m; n <= truncation; n++, at += 2) {
      values[at] = n === 0 ? mean : (random() - 0.5) * (n * (n + 1)) ** -slope;
      values[at + 1] = m === 0 ? 0 : (random() - 0.5) * (n * (n + 1)) ** -slope;
    }
  }
  return values;
}

t.test('fields of many truncations come back within half a quantum on every engine', { skip: noShared }, async (t) => {
  const tables = await loadTables();
  for (const engine of [exact, single, gpu]) {
    if (typeof engine === 'string') {
      t.comment(engine);
      continue;
    }
    for (const truncation of [0, 1, 2, 21, 42, 106]) {
      const grid = spectralGrid(truncation);
      const layers = [0.5, 1.5, 4, -1].map((slope, index) => spectrum(truncation, slope, index + 1));
      layers.push(
        new Float64Array(grid.points),
        spectrum(truncation, 1, 9, 1e-20).map((value) => value * 1e-15),
      );
      for (const [source, edition] of [
        [sh, 1],
        [join(sharedGrib, 'packingType-spectral_complex_param-vo_d.grib2'), 2],
      ] as const) {
        const [template] = (await readMessages(source)) as [Message];
        const field = await fieldOf(
          engine,
          layers.map(() => template),
          layers,
          grid,
        );
        for (const options of [
          {},
          { packing: 'simple', bits: 12 },
          { bits: 24, subset: 7 },
          { subset: 3, laplacianPower: 0.25 },
        ] as const) {
          const written = await encode(engine, field, options);
          const messages = written.map((bytes) => parseMessage(bytes, tables)[0] as Message);
          const values = await decoded(exact, messages);
          const quanta = engine === exact ? 1.0001 : (options as EncodeOptions).bits === 24 ? 8 : 2;
          t.same(
            values.flatMap((got, index) => faults(messages[index] as Message, got, layers[index] as Reals, quanta)),
            [],
            `T${truncation}, edition ${edition}, ${JSON.stringify(options)}, ${engine.info.name}`,
          );
        }
      }
    }
  }
});

t.test('ecCodes reads what is written as it is read here', { skip: noShared || noEccodes }, async (t) => {
  for (const truncation of [0, 1, 2, 21, 42, 106]) {
    const grid = spectralGrid(truncation);
    const layers = [spectrum(truncation, 0.5, 1), spectrum(truncation, 2, 2), new Float64Array(grid.points)];
    for (const source of [sh, join(sharedGrib, 'packingType-spectral_complex_param-vo_d.grib2')]) {
      const [template] = (await readMessages(source)) as [Message];
      const field = await fieldOf(
        exact,
        layers.map(() => template),
        layers,
        grid,
      );
      // Widths that fill whole octets: of others ecCodes does not read the last.
      for (const options of [{}, { packing: 'simple', bits: 24 }, { bits: 8, subset: 7, laplacianPower: 0.5 }] as const) {
        const path = save('read', await encode(exact, field, options));
        const peers = eccodesFields(path) ?? [];
        const ours = await decoded(exact, await readMessages(path));
        const far = ours.flatMap((values, index) => {
          const peer = peers[index]?.values as Float64Array;
          // Of simple packing ecCodes 2.28 prints a value fewer in edition 2, and for a constant one more in edition 1.
          const both = peer.subarray(0, values.length);
          // An ulp or two where powers differ by one.
          const at = both.findIndex((value, point) => !(Math.abs(value - (values[point] as number)) <= 2 ** -51 * Math.abs(value)));
          return at < 0 && Math.abs(values.length - peer.length) <= 1 ? [] : [`field ${index}, ${at}: ${peer[at]} for ${values[at]}`];
        });
        t.same(far, [], `T${truncation}, edition ${template.edition}, ${JSON.stringify(options)}`);
      }
    }
  }
});

t.test('messages of one tile may differ in packing, subset and width', { skip: noShared || noEccodes }, async (t) => {
  const paths = ['packingType=spectral_simple', 'JS=4,KS=4,MS=4', 'bitsPerValue=12', 'JS=9,KS=9,MS=9,bitsPerValue=20'].map(
    (keys, index) => {
      const path = join(folder, `mixed-${index}`);
      t.ok(gribSet(['-r', '-s', keys], sh, path));
      return path;
    },
  );
  const messages = (await Promise.all([sh, ...paths].map((path) => readMessages(path)))).flat();
  const single = await decoded(exact, messages.slice(0, 1));
  const together = await decoded(exact, messages);
  t.same(together[0], single[0]);
  const tables = await loadTables();
  const field = await fieldOf(exact, messages, together, gridOf(messages[0] as Message));
  const again = (await encode(exact, field)).map((bytes) => parseMessage(bytes, tables)[0] as Message);
  for (const [index, message] of again.entries()) {
    const keys = ['packingType', 'JS', 'bitsPerValue', 'section4Length'];
    t.same(
      keys.map((key) => find(message, key)),
      keys.map((key) => find(messages[index] as Message, key)),
      `message ${index}`,
    );
    t.same(faults(message, (await decoded(exact, [message]))[0] as Reals, together[index] as Reals, 1.0001), [], `message ${index}`);
  }
});

t.test('grids become spectral fields and spectral fields grids, in ecCodes too', { skip: noShared || noEccodes }, async (t) => {
  const tables = await loadTables();
  const masked = (await readMessages(join(sharedGrib, 'fields_with_missing_values.grib')))[0] as Message;
  const grids = [
    masked,
    (await readMessages(join(sharedGrib, 'regular_gg_ml_g2.grib')))[0],
    (await readMessages(join(sharedGrib, 'reduced_gg.grib')))[0],
  ];
  const grid = spectralGrid(21);
  const values = spectrum(21, 1, 3);
  for (const template of grids as readonly Message[]) {
    const [bytes] = (await encode(exact, await fieldOf(exact, [template], [values], grid))) as [Uint8Array];
    const path = save('spectral', [bytes]);
    const keys = 'gridType,packingType,J,K,M,numberOfValues,bitmapPresent,shortName,level,NV,JS';
    const [row] = gribLs(path, ['-p', keys]);
    t.match(row, { gridType: 'sh', packingType: 'spectral_complex', J: 21, K: 21, M: 21, numberOfValues: 506, JS: 20 });
    t.equal(row?.['shortName'], find(template, 'shortName'));
    t.equal(row?.['NV'] ?? null, find(template, 'NV') ?? null, 'vertical coordinates are kept');
    const [message] = (await readMessages(path)) as [Message];
    t.equal(find(message, 'bitmapPresent'), 0);
    t.same(faults(message, (await decoded(exact, [message]))[0] as Reals, values, 1.0001), []);
    // And back: with a bitmap where points are missing, without one where none is.
    const target = gridFromSpec('F16');
    for (const missing of [0, 5]) {
      const points = Float64Array.from({ length: target.points }, (_, point) => (point < missing ? Number.NaN : 273 + Math.sin(point)));
      const back = save('grid', await encode(exact, await fieldOf(exact, [message], [points], target)));
      const [gridRow] = gribLs(back, ['-p', 'gridType,packingType,N,numberOfMissing,bitmapPresent,bitsPerValue,shortName']);
      t.match(gridRow, {
        gridType: 'regular_gg',
        packingType: 'grid_simple',
        N: 16,
        numberOfMissing: missing,
        bitmapPresent: missing > 0 ? 1 : 0,
      });
      const [own] = await decoded(exact, await readMessages(back));
      const step = 4 / 2 ** (gridRow?.['bitsPerValue'] as number);
      const far = own?.findIndex(
        (value, point) => Number.isNaN(value) !== point < missing || Math.abs(value - (points[point] as number)) > step,
      );
      t.equal(far, -1, 'every point within a quantum');
    }
  }
  const made = newMessage({ date: 20240101, param: 't', levtype: 'pl', level: 500 }, spectralGrid(42), tables);
  const path = save('new', [made.bytes]);
  t.match(gribLs(path, ['-p', 'gridType,packingType,J,shortName,level,numberOfValues,JS'])[0], {
    gridType: 'sh',
    packingType: 'spectral_complex',
    J: 42,
    shortName: 't',
    level: 500,
    numberOfValues: 1892,
    JS: 20,
  });
  t.ok((await decoded(exact, [made]))[0]?.every((value) => value === 0));
});

t.test('cdo transforms what is written as it transforms the original', { skip: noShared || noCdo }, async (t) => {
  const original = join(folder, 'original.grb');
  gribCopy('1', sh, original);
  const written = save('written.grb', await recoded(exact, await readMessages(original), { bits: 24 }));
  // The largest difference of the two fields on a Gaussian grid.
  const text = execFileSync('cdo', ['-s', 'outputf,%.9g', '-fldmax', '-abs', '-sub', '-sp2gp', original, '-sp2gp', written], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.ok(Number(text) < 0.05, `geopotential is off by ${text.trim()} m2 s-2`);
});

t.test('the fitted power and its limits', async (t) => {
  // Norms that fall exactly as (n (n + 1))^-1.25: minus the slope is the power.
  const norms = Float64Array.from({ length: 64 }, (_, n) => (n === 0 ? 1 : (n * (n + 1)) ** -1.25));
  t.ok(Math.abs(estimatedPower(norms, 20, 63) - 1.25) < 1e-9);
  t.same([storedPower(norms, 20, 1, undefined).stored, storedPower(norms, 20, 2, undefined).stored], [1250, 1250000]);
  t.equal(estimatedPower(norms, 62, 63), 1, 'one n is no line');
  t.equal(storedPower(norms, 20, 2, -0.5).stored, -500000);
  t.throws(() => storedPower(norms, 20, 1, 33), { code: 'input.option', message: /33/ });
  // So steep that packed numbers would pass f32: a smaller power is taken.
  const steep = Float64Array.from({ length: 1280 }, (_, n) => (n === 0 ? 1 : 1e37 * (n * (n + 1)) ** -7));
  const { stored, largest } = storedPower(steep, 20, 2, undefined);
  t.ok(stored < 7e6 && largest < 2 ** 120, `${stored}, ${largest}`);
});

t.test('what cannot be written is refused with its reason', { skip: noShared }, async (t) => {
  const [message] = (await readMessages(sh)) as [Message];
  const [gridded] = (await readMessages(join(sharedGrib, 'regular_gg_sfc.grib'))) as [Message];
  const values = spectrum(63, 1, 1);
  const good = await fieldOf(exact, [message], [values]);
  const failing = [
    [encode(exact, await fieldOf(exact, [message], [values.with(5, Number.NaN)])), 'limit.range', /1 spectral coefficients are missing/],
    [encode(exact, await fieldOf(exact, [message], [values.with(5, Infinity)])), 'limit.range', /not finite/],
    [encode(exact, good, { packing: 'ccsds' }), 'unsupported.template', /CCSDS/],
    [encode(exact, good, { subset: -1 }), 'input.option', /subset of -1/],
    [encode(exact, good, { laplacianPower: 40 }), 'input.option', /power of 40/],
    [
      encode(exact, await fieldOf(exact, [message], [spectrum(160, 1, 1)], spectralGrid(160)), { subset: 150 }),
      'limit.range',
      /subset of 150/,
    ],
    [
      encode(exact, await fieldOf(exact, [gridded], [new Float64Array(gridOf(gridded).points)]), { packing: 'complex' }),
      'unsupported.template',
      /for spectral fields only/,
    ],
  ] as const;
  for (const [attempt, code, reason] of failing) await t.rejects(attempt, { code, message: reason });
});
