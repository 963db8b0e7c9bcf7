import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { find } from '../../src/grib/keys.js';
import type { Message } from '../../src/grib/message.js';
import { gribLs, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-steps-'));
t.teardown(() => rmSync(folder, { recursive: true }));

const KEYS = [
  'stepRange',
  'startStep',
  'endStep',
  'stepType',
  'validityDate',
  'validityTime',
  'typeOfLevel',
  'level',
  'topLevel',
  'bottomLevel',
  'shortName',
  'paramId',
];

/** Copies of a real message with some keys set by grib_set, read by both. */
const CASES: readonly (readonly [file: string, set: string])[] = [
  ...['0', '1', '2', '3', '4', '5', '10'].map((indicator) => ['regular_gg_sfc.grib', `timeRangeIndicator=${indicator},P1=1,P2=6`] as const),
  ['regular_gg_sfc.grib', 'timeRangeIndicator=0,P1=2,unitOfTimeRange=11'],
  ['regular_gg_sfc.grib', 'timeRangeIndicator=4,P1=0,P2=2,unitOfTimeRange=2'],
  ['regular_gg_sfc.grib', 'indicatorOfTypeOfLevel=112,topLevel=7,bottomLevel=28'],
  ['regular_gg_sfc.grib', 'indicatorOfTypeOfLevel=105,level=2'],
  ['regular_gg_sfc.grib', 'indicatorOfTypeOfLevel=109,level=91'],
  ['regular_gg_sfc.grib', 'yearOfCentury=100,centuryOfReferenceTimeOfData=20'],
  ['regular_gg_ml_g2.grib', 'productDefinitionTemplateNumber=8,typeOfStatisticalProcessing=1,forecastTime=0,lengthOfTimeRange=24'],
  ['regular_gg_ml_g2.grib', 'productDefinitionTemplateNumber=8,typeOfStatisticalProcessing=2,forecastTime=18,lengthOfTimeRange=6'],
  [
    'regular_gg_ml_g2.grib',
    'productDefinitionTemplateNumber=8,typeOfStatisticalProcessing=0,typeOfTimeIncrement=1,forecastTime=6,lengthOfTimeRange=24',
  ],
  [
    'regular_gg_ml_g2.grib',
    'productDefinitionTemplateNumber=8,typeOfStatisticalProcessing=1,indicatorOfUnitOfTimeRange=2,forecastTime=1,indicatorOfUnitForTimeRange=1,lengthOfTimeRange=12',
  ],
  [
    'regular_gg_ml_g2.grib',
    'productDefinitionTemplateNumber=8,numberOfTimeRange=2,typeOfStatisticalProcessing=0,forecastTime=0,lengthOfTimeRange=24',
  ],
  ['regular_gg_ml_g2.grib', 'indicatorOfUnitOfTimeRange=11,forecastTime=3'],
  ['regular_gg_ml_g2.grib', 'indicatorOfUnitOfTimeRange=13,forecastTime=7200'],
  [
    'regular_gg_ml_g2.grib',
    'typeOfFirstFixedSurface=103,scaleFactorOfFirstFixedSurface=0,scaledValueOfFirstFixedSurface=10,discipline=0,parameterCategory=2,parameterNumber=2',
  ],
  [
    'regular_gg_ml_g2.grib',
    'typeOfFirstFixedSurface=106,scaleFactorOfFirstFixedSurface=0,scaledValueOfFirstFixedSurface=1,typeOfSecondFixedSurface=106,scaleFactorOfSecondFixedSurface=0,scaledValueOfSecondFixedSurface=3',
  ],
  ['regular_gg_ml_g2.grib', 'typeOfFirstFixedSurface=100,scaleFactorOfFirstFixedSurface=0,scaledValueOfFirstFixedSurface=85000'],
  ['regular_gg_ml_g2.grib', 'typeOfFirstFixedSurface=101'],
  ['regular_gg_ml_g2.grib', 'productDefinitionTemplateNumber=1,perturbationNumber=12'],
  ['regular_gg_ml_g2.grib', 'tablesVersion=30,productDefinitionTemplateNumber=40,constituentType=10'],
];

t.test('steps, levels and parameters of headers set by grib_set are those of grib_get', { skip: noShared || noEccodes }, async (t) => {
  const path = join(folder, 'set.grib');
  for (const [file, set] of CASES) {
    // One pass for each key in order: templates must change before the keys that they bring.
    execFileSync('cp', [sharedGrib + file, path]);
    for (const assignment of set.split(',')) {
      execFileSync('grib_set', ['-w', 'count=1', '-S', '-s', assignment, path, `${path}.new`], { stdio: ['ignore', 'ignore', 'ignore'] });
      execFileSync('mv', [`${path}.new`, path]);
    }
    const [message] = (await readMessages(path)) as [Message];
    const [peer] = gribLs(path, ['-p', KEYS.join(',')]) as [Record<string, unknown>];
    // Parameters of statistics (max_t, avg_t) came into the tables after ecCodes 2.28.
    const keys = set.includes('typeOfStatisticalProcessing') ? KEYS.filter((key) => !/shortName|paramId/.test(key)) : KEYS;
    for (const key of keys) t.equal(String(find(message, key) ?? 'not_found'), String(peer[key]), `${set}: ${key}`);
  }
});

t.test('steps that are not whole hours carry their unit', { skip: noShared || noEccodes }, async (t) => {
  const path = join(folder, 'minutes.grib');
  execFileSync('grib_set', [
    '-w',
    'count=1',
    '-S',
    '-s',
    'indicatorOfUnitOfTimeRange=0,forecastTime=90',
    `${sharedGrib}regular_gg_ml_g2.grib`,
    path,
  ]);
  const [message] = (await readMessages(path)) as [Message];
  // The reference time is 2018-04-05 12:00.
  t.same(
    ['stepRange', 'startStep', 'stepUnits', 'validityTime', 'mars.step'].map((key) => find(message, key)),
    ['90m', 90, 'm', 1330, '90m'],
  );
});

t.test('potential vorticity levels are in 1e-9 units, as in MARS and edition 1', { skip: noShared || noEccodes }, async (t) => {
  const path = join(folder, 'pv.grib');
  const set = 'typeOfFirstFixedSurface=109,scaleFactorOfFirstFixedSurface=9,scaledValueOfFirstFixedSurface=2000';
  execFileSync('grib_set', ['-w', 'count=1', '-S', '-s', set, `${sharedGrib}regular_gg_ml_g2.grib`, path]);
  const [message] = (await readMessages(path)) as [Message];
  // 2 PVU = 2e-6 K m2 kg-1 s-1 = 2000e-9; ecCodes 2.28 still said 2.
  t.same(
    ['typeOfLevel', 'level', 'mars.levtype', 'mars.levelist'].map((key) => find(message, key)),
    ['potentialVorticity', 2000, 'pv', 2000],
  );
});
