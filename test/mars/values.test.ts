// Canonical texts of single values. Expected ones are upstream's rules (metkit, src/metkit/mars), or follow from the calendar.
import t from 'tap';
import {
  canonicalDate,
  canonicalDouble,
  canonicalExpver,
  canonicalFloat,
  canonicalNumber,
  canonicalStep,
  canonicalTime,
  dateOfDay,
  dayOfDate,
  formatDuration,
  monthNumber,
  parseDuration,
  parseStep,
} from '../../src/mars/index.js';
import { seeded } from '../support/random.js';
import { today } from './language.js';

t.test('dates have one canonical text', (t) => {
  const pairs = {
    20240229: '20240229',
    '2024-02-29': '20240229',
    '2024-060': '20240229',
    '2018-23': '20180123',
    0: '20240301',
    '-1': '20240229',
    '-366': '20230301',
    20240100: '20240101',
    jan: 'jan',
    January: 'jan',
    1: 'jan',
    '01': 'jan',
    12: 'dec',
    'jan-1': 'jan-1',
    'feb-29': 'feb-29',
    '01-05': 'jan-5',
    '00990301': '00990301',
  };
  for (const [text, expected] of Object.entries(pairs)) t.equal(canonicalDate(text, today), expected, text);
  t.end();
});

t.test('texts that are no dates are refused with what is understood', (t) => {
  for (const text of [
    '20230229',
    '20241301',
    '2023-366',
    '2024-000',
    '2024-2-1',
    '240101',
    '202401',
    '13',
    'jen',
    'ja',
    'feb-30',
    'jan-0',
    '',
    '2024',
    '+1',
    '-0x1',
    '-9999999',
  ])
    t.throws(() => canonicalDate(text, today), { code: 'input.value', message: /yyyymmdd/ }, text);
  t.end();
});

t.test('days count from 1970 and back, over leap years of both kinds', (t) => {
  t.equal(dayOfDate('19700101'), 0);
  t.equal(dayOfDate('20000229'), 11016);
  t.equal(dayOfDate('jan'), undefined);
  for (const date of ['19000228', '20000229', '20231231', '00010101', '99991231']) t.equal(dateOfDay(dayOfDate(date) as number), date);
  t.equal(dateOfDay((dayOfDate('19000228') as number) + 1), '19000301', '1900 had no leap day');
  t.throws(() => dateOfDay(-1e7), { code: 'input.value' });
  t.end();
});

t.test('months have names and numbers', (t) => {
  t.strictSame(['jan', 'DEC', 'September', '1', '09', '0', '13', 'ma', ''].map(monthNumber), [
    1,
    12,
    9,
    1,
    9,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  t.end();
});

t.test('times of day are HHMM', (t) => {
  for (const text of ['6', '06', '600', '0600', '06:00', '6:0', '060000', '06:00:00', '6h', '360m', '5h60m', '6.0'])
    t.equal(canonicalTime(text), '0600', text);
  t.equal(canonicalTime('0'), '0000');
  t.equal(canonicalTime('2359'), '2359');
  t.equal(canonicalTime('0.5'), '0030');
  for (const text of ['24', '2400', '0660', '000012', '0:0:12', '12s', '-1', '87', '1d', '', 'noon', '1h30', '6:', '1234567'])
    t.throws(() => canonicalTime(text), { code: 'input.value' }, text);
  t.end();
});

t.test('steps are hours, or durations of the largest units', (t) => {
  const pairs = {
    0: '0',
    '012': '12',
    '12:30': '12h30m',
    '1:0:0': '1',
    '1h60m': '2',
    '0:05': '5m',
    '90s': '1m30s',
    '2d': '48',
    '1.5': '1h30m',
    '0-24': '0-24',
    '0-24s': '0-24s',
    '0s-120m': '0-2',
    '30m-90m': '30m-1h30m',
    '6-6': '6',
    '24h': '24',
    '0000': '0',
  };
  for (const [text, expected] of Object.entries(pairs)) t.equal(canonicalStep(text), expected, text);
  for (const text of ['-1', '3-1', '1h30', '0-', '-', '1-2-3', 'a', '', '1:60', '999999999999999999'])
    t.throws(() => canonicalStep(text), { code: 'input.value' }, text);
  t.throws(() => parseStep('6-30m'), { message: /ends before it begins/ });
  t.strictSame(parseStep('30m-2'), { fromSeconds: 1800, toSeconds: 7200 });
  t.end();
});

t.test('any duration is read back from its text (seed 7)', (t) => {
  const random = seeded(7);
  const lost = Array.from({ length: 2000 }, () => Math.floor(random() * 10 ** (1 + Math.floor(random() * 7)))).filter(
    (seconds) => parseDuration(formatDuration(seconds))?.seconds !== seconds,
  );
  t.strictSame(lost, []);
  t.end();
});

t.test('experiment versions are filled to four characters', (t) => {
  t.strictSame(['1', ' 79 ', 'hx4y', 'abcde', 'ALL', 'any'].map(canonicalExpver), ['0001', '0079', 'hx4y', 'abcde', 'all', 'any']);
  t.throws(() => canonicalExpver(' '), { code: 'input.value' });
  t.end();
});

t.test('numbers lose what does not count, and no digit that does', (t) => {
  t.strictSame(['007', '-0', '+5', '-12', '0'].map(canonicalNumber), ['7', '0', '5', '-12', '0']);
  t.strictSame(['1000.0', '0.50', '.5', '-0.50', '-0.0', '58.', '00', '-007.25', '0.1234567890123456789'].map(canonicalDouble), [
    '1000',
    '0.5',
    '0.5',
    '-0.5',
    '0',
    '58',
    '0',
    '-7.25',
    '0.1234567890123456789',
  ]);
  t.strictSame(['1000.0', '0.50', '-0.50', '0.0', '10.05'].map(canonicalFloat), ['1000', '.5', '-0.5', '0', '10.05']);
  for (const text of ['', '.', '-', '1e3', '1.2.3', 'a', '--1']) t.throws(() => canonicalDouble(text), { code: 'input.value' }, text);
  for (const text of ['', '1.0', '0x1', '-']) t.throws(() => canonicalNumber(text), { code: 'input.value' }, text);
  t.end();
});
