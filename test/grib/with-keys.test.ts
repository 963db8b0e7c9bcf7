// Header keys changed in a copy: what grib_set of ecCodes writes, octet for octet.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type DteError, isDteError } from '../../src/base/index.js';
import { gridFromSpec } from '../../src/atlas/index.js';
import { find, get, type Message, newMessage, parseMessage, withKeys, withKeysInParts } from '../../src/grib/index.js';
import { gribCopy, gribSet } from '../support/eccodes.js';
import { loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const tables = await loadTables();
const folder = mkdtempSync(join(tmpdir(), 'dte-with-keys-'));
t.teardown(() => rmSync(folder, { recursive: true }));

type Change = Readonly<Record<string, string | number>>;

/** Changes that any field with an ECMWF local section takes. */
const labels: readonly Change[] = [
  { class: 'rd' },
  { class: 'ea', expver: 'abcd' },
  { expver: '0079' },
  { type: 'an' },
  { type: 'cf' },
  { type: 'pf', stream: 'enfo' },
  { type: 'fg' },
  { type: 'ep' },
  { type: 'efi' },
  { type: '4v' },
  { stream: 'wave' },
];
/** Changes that any field takes. */
const general: readonly Change[] = [
  { dataDate: 20240229 },
  { date: 19991231 },
  { date: 20000101 },
  { dataTime: 1830 },
  { time: '0600', date: '20300615' },
  { step: 24 },
  { step: 0 },
  { step: 300 },
  { step: 255 },
  { generatingProcessIdentifier: 77 },
];

const files: readonly (readonly [string, string, readonly Change[]])[] = [
  // GRIB1: ensemble, pressure level; ensemble, surface; wave; and fields without bitmap or local section.
  [
    'era5-levels-members.grib',
    '3',
    [
      ...labels,
      { number: 5 },
      { number: 254, step: 12 },
      { level: 33 },
      { levelist: 850 },
      { step: 257 },
      { step: 3600 },
      { paramId: 131 },
      { paramId: 228 },
      { shortName: 't' },
    ],
  ],
  [
    'uv_on_different_levels.grib',
    '1',
    [...labels, { level: 300 }, { step: 65000 }, { paramId: 130, level: 4 }, { unitOfTimeRange: 2, P1: 2 }],
  ],
  ['fdb-template.grib', '1', [...labels, { paramId: 151 }, { number: 9, class: 'od' }]],
  ['lambert_grid.grib', '1', [{ level: 4 }, { paramId: 130 }]],
  // GRIB2: model levels with a list of vertical coordinates, pressure levels in Pa, steps in minutes, members.
  [
    'regular_gg_ml_g2.grib',
    '1',
    [
      ...labels,
      { type: 'em' },
      { type: 'es' },
      { stream: 'elda', perturbationNumber: 7, step: 3 },
      { level: 33 },
      { paramId: 131 },
      { shortName: 'q' },
      { paramId: 167 },
      { backgroundProcess: 3, hoursAfterDataCutoff: 5 },
    ],
  ],
  ['hpa_and_pa.grib', '1', [...labels, { level: 500 }, { levelist: 1013, step: 3 }]],
  ['hpa_and_pa.grib', '2', [{ level: 50 }, { level: 5 }]],
  ['step_60m.grib', '4', [{ step: 3 }, { step: 240 }]],
  ['regular_ll_msl.grib', '1', [{ number: 3 }, { paramId: 130 }, { level: 4 }]],
  ['alternate-scanning.grib', '1', [...labels, { level: 4 }, { paramId: 130 }]],
];

const skip = noShared || noEccodes;

t.test('keys are changed to what grib_set writes, octet for octet', { skip }, async (t) => {
  for (const [name, count, changes] of files) {
    const input = join(folder, 'one.grib');
    gribCopy(count, join(sharedGrib, name), input);
    const [message] = await readMessages(input);
    for (const change of [...general, ...changes]) compare(t, message as Message, input, change, name);
  }
});

t.test('steps of time ranges are changed as grib_set does', { skip }, async (t) => {
  const two = join(folder, 'two.grib');
  const ml = join(folder, 'ml.grib');
  gribCopy('1', join(sharedGrib, 'regular_gg_ml_g2.grib'), ml);
  t.ok(gribSet(['-s', 'productDefinitionTemplateNumber=8,stepRange=6-12,typeOfStatisticalProcessing=1'], ml, two));
  const [range2] = await readMessages(two);
  for (const change of [
    { step: 24 },
    { step: 12 },
    { step: 6 },
    { stepRange: '0-24' },
    { stepRange: 12 },
    { stepRange: '24-48', date: 20200101 },
    { dataDate: 20200101 },
  ])
    compare(t, range2 as Message, two, change, 'template 4.8');
  const one = join(folder, 'range1.grib');
  const single = join(folder, 'uv.grib');
  gribCopy('1', join(sharedGrib, 'uv_on_different_levels.grib'), single);
  for (const indicator of [2, 3, 4, 5]) {
    t.ok(gribSet(['-s', `P1=6,P2=12,timeRangeIndicator=${indicator}`], single, one));
    const [range1] = await readMessages(one);
    for (const change of [{ step: 24 }, { step: 300 }, { step: 258 }, { step: 6 }, { stepRange: '0-24' }])
      compare(t, range1 as Message, one, change, `time range indicator ${indicator}`);
  }
  for (const [unit, p1] of [
    [12, 2],
    [2, 2],
    [10, 9],
  ] as const) {
    t.ok(gribSet(['-s', `unitOfTimeRange=${unit},P1=${p1}`], single, one));
    const [coarse] = await readMessages(one);
    for (const change of [{ step: 24 }, { step: 30 }, { step: 3600 }])
      compare(t, coarse as Message, one, change, `edition 1, unit ${unit}`);
  }
  for (const unit of [0, 2, 10, 11, 12, 13]) {
    t.ok(gribSet(['-s', `indicatorOfUnitOfTimeRange=${unit},forecastTime=1`], ml, two));
    const [other] = await readMessages(two);
    for (const change of [{ step: 24 }, { step: 30 }, { step: 7 }]) compare(t, other as Message, two, change, `edition 2, unit ${unit}`);
  }
});

function compare(t: Test, message: Message, input: string, change: Change, name: string): void {
  const output = join(folder, 'set.grib');
  const text = Object.entries(change)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (!gribSet(['-s', text], input, output)) {
    t.fail(`${name}: grib_set refuses ${text}`);
    return;
  }
  const wanted = readFileSync(output);
  const got = withKeys(message, new Map(Object.entries(change)));
  const at = got.findIndex((octet, index) => octet !== wanted[index]);
  t.ok(at < 0 && got.length === wanted.length, `${name}: ${text}`, {
    octet: at,
    got: got[at],
    wanted: wanted[at],
    lengths: [got.length, wanted.length],
  });
}

const template = newMessage(
  { date: 20260101, time: 0, step: 6, param: 't', levtype: 'pl', level: 500, number: 3, ensembleSize: 51 },
  gridFromSpec({ grid: 'O4' }),
  tables,
);

t.test('the message itself stays as it is, and its data are not copied', async (t) => {
  const before = template.bytes.slice();
  const [head, rest] = withKeysInParts(
    template,
    new Map<string, string | number>([
      ['step', 12],
      ['number', 50],
      ['class', 'od'],
    ]),
  );
  t.same(template.bytes, before);
  t.equal(rest.buffer, template.bytes.buffer);
  t.equal(head.length + rest.length, template.bytes.length);
  const [changed] = parseMessage(
    withKeys(
      template,
      new Map<string, string | number>([
        ['step', '12'],
        ['number', 50],
        ['class', 'od'],
      ]),
    ),
    tables,
  );
  t.same(
    ['step', 'number', 'class', 'level'].map((key) => get(changed as Message, key)),
    [12, 50, 'od', 500],
  );
});

t.test('steps with a unit and levels with a fraction are read back as they were set', async (t) => {
  for (const [key, value] of [
    ['step', '30m'],
    ['step', '90m'],
    ['step', '48'],
    ['level', 0.07],
    ['level', 62.5],
    ['expver', 1],
  ] as const) {
    const [changed] = parseMessage(withKeys(template, new Map([[key, value]])), tables);
    const read =
      key === 'level'
        ? (Number(get(changed as Message, 'scaledValueOfFirstFixedSurface')) *
            10 ** -Number(get(changed as Message, 'scaleFactorOfFirstFixedSurface'))) /
          100
        : get(changed as Message, key);
    if (key === 'level') t.ok(Math.abs(Number(read) - Number(value)) < 1e-12, `${key}=${value}`);
    else t.equal(String(read), key === 'expver' ? '0001' : String(value));
  }
});

t.test('a key that is not there, cannot be changed or cannot have the value is refused', async (t) => {
  const cases: readonly (readonly [string, string | number, string])[] = [
    ['nubmer', 3, 'absent.key'],
    ['channelNumber', 3, 'absent.key'],
    ['centre', 7, 'input.keyword'],
    ['section4Length', 7, 'input.keyword'],
    ['gridType', 'sh', 'input.keyword'],
    ['bitsPerValue', 12, 'input.keyword'],
    ['mars.step', 12, 'input.keyword'],
    ['class', 'nonsense', 'input.value'],
    ['expver', 'abcde', 'input.value'],
    ['date', 20250229, 'input.value'],
    ['time', 1260, 'input.value'],
    ['time', 2400, 'input.value'],
    ['step', '6x', 'input.value'],
    ['step', -6, 'input.value'],
    ['number', 255.5, 'input.value'],
    ['number', 256, 'input.value'],
    ['level', -3, 'input.value'],
    ['paramId', 999999, 'input.value'],
    ['shortName', 'nonsense', 'input.value'],
    ['paramId', 228, 'unsupported.template'],
  ];
  for (const [key, value, code] of cases) {
    const error = caught(() => withKeys(template, new Map([[key, value]])));
    t.ok(isDteError(error, code as DteError['code']), `${key}=${value}: ${error?.code} ${error?.message}`);
  }
  t.match(caught(() => withKeys(template, new Map([['nubmer', 3]])))?.message, /did you mean 'number'/);
});

t.test('a field of a message that holds several becomes a message of its own', { skip: noShared }, async (t) => {
  const several = (await readMessages(join(sharedGrib, 'nam.t00z.awp21100.tm00.grib2')))
    .filter((message) => message.fields > 1)
    .slice(0, 4);
  t.ok(several.length > 1);
  for (const message of several) {
    const [own, ...others] = parseMessage(withKeys(message, new Map([['level', 7]])), tables);
    t.same(others, []);
    t.equal(find(own as Message, 'shortName'), find(message, 'shortName'));
    const values = (one: Message): Uint8Array =>
      one.bytes
        .subarray((one.sections[7] as { start: number }).start, one.bytes.length - 4)
        .slice(0, (one.sections[7] as { length: number }).length);
    t.same(values(own as Message), values(message));
  }
  writeFileSync(join(folder, 'own.grib'), withKeys(several[1] as Message, new Map([['level', 7]])));
});

function caught(run: () => unknown): DteError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as DteError;
  }
}
