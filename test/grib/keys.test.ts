import { readdirSync } from 'node:fs';
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { find, get, keysOf, type Namespace } from '../../src/grib/keys.js';
import type { Message } from '../../src/grib/message.js';
import { gribLs, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const KEYS = (
  'edition centre dataDate stepRange startStep endStep stepType typeOfLevel level topLevel bottomLevel shortName paramId name units cfName gridType packingType bitsPerValue numberOfDataPoints ' +
  'numberOfValues numberOfMissing Ni Nj Nx Ny latitudeOfFirstGridPointInDegrees longitudeOfFirstGridPointInDegrees latitudeOfLastGridPointInDegrees longitudeOfLastGridPointInDegrees ' +
  'iDirectionIncrementInDegrees jDirectionIncrementInDegrees gridName isOctahedral iScansNegatively jScansPositively jPointsAreConsecutive alternativeRowScanning bitmapPresent missingValue ' +
  'referenceValue binaryScaleFactor decimalScaleFactor ccsdsFlags ccsdsBlockSize ccsdsRsi perturbationNumber number experimentVersionNumber validityDate validityTime dataType class type stream ' +
  'discipline parameterCategory parameterNumber indicatorOfParameter table2Version LaDInDegrees LoVInDegrees DxInMetres DyInMetres Latin1InDegrees latitudeOfSouthernPoleInDegrees ' +
  'longitudeOfSouthernPoleInDegrees J K M NV levtype JS KS MS laplacianScalingFactor laplacianOperator numberOfCodedValues sphericalHarmonics complexPacking'
).split(' ');
const PEER_NAMESPACES: readonly Namespace[] = ['ls', 'mars', 'parameter', 'time', 'vertical', 'geography'];

/** ecCodes 2.28 cannot read HEALPix; the damaged file is tested with framing. */
const NOT_IN_PEER = /healpix|corrupted/;

/** Keys that differ from ecCodes 2.28 for a reason, as [file, field test, keys]. */
const DIFFERENCES: readonly (readonly [
  file: RegExp,
  isSo: (message: Message, peer: Readonly<Record<string, unknown>>) => boolean,
  keys: RegExp,
  reason: string,
])[] = [
  [/lambert_missing/, () => true, /^(shortName|paramId|name|units|cfName|param)$/, 'in the tables since 2.28'],
  [
    /lambert_missing|polar_stereographic|multi-format/,
    (message) => find(message, 'marsClass') === undefined,
    /^(class|type|stream|expver|origin|model|dataType|experimentVersionNumber|domain)$/,
    'local sections of other centres and CARRA/TIGGE prefixes have no keys; multi-format holds some',
  ],
  [
    /^nam/,
    (message) => get(message, 'paramId') === 0,
    /^(shortName|paramId|name|units|cfName|param)$/,
    'local parameters of NCEP are not in the tables',
  ],
  [
    /^nam/,
    (message, peer) => get(message, 'typeOfLevel') === 'unknown' || peer['levtype'] === 'unknown',
    /^(typeOfLevel|levtype|levelist|level)$/,
    'level types of NCEP, and level types that are newer than 2.28',
  ],
  [
    /^nam/,
    (message) => [231045].includes(Number(get(message, 'paramId'))),
    /^(shortName|paramId|name|param)$/,
    'parameters that are newer than 2.28',
  ],
  [
    /grid_ieee/,
    () => true,
    /^(bitsPerValue|referenceValue|binaryScaleFactor|decimalScaleFactor)$/,
    'IEEE values have no scaling; ecCodes shows zeros',
  ],
  [/./, (message) => /^(sh|.*_sh)$/.test(String(get(message, 'gridType'))), /^(Nj|Ny|N|numberOfMissing)$/, 'no rows in spectral fields'],
  [/./, () => true, /^(pl|pv|bitmap|dataDate)$/, 'lists are not listed; ls names the date "date" in both editions'],
];

t.test('keys and namespaces are those of grib_ls on every real file', { skip: noShared || noEccodes }, async (t) => {
  let compared = 0;
  for (const name of readdirSync(sharedGrib).sort()) {
    if (NOT_IN_PEER.test(name)) continue;
    const path = sharedGrib + name;
    const fields = await readMessages(path);
    const peer = gribLs(path, ['-p', KEYS.join(',')]);
    t.equal(fields.length, peer.length, `${name}: number of fields`);
    const wrong: string[] = [];
    fields.forEach((message, index) => {
      for (const key of KEYS) {
        compared++;
        check(name, message, peer[index] as Record<string, unknown>, key, key, find(message, key), wrong);
      }
    });
    // Long files repeat themselves: of their namespaces only MARS is compared.
    for (const namespace of fields.length > 5 ? (['mars'] as const) : PEER_NAMESPACES) {
      const listed = gribLs(path, namespace === 'mars' ? ['-m'] : ['-n', namespace]);
      fields.forEach((message, index) => {
        const own = keysOf(message, namespace);
        const theirs = listed[index] as Record<string, unknown>;
        const extra = namespace === 'mars' ? [...own.keys()].filter((key) => !(key in theirs)) : [];
        for (const key of [...Object.keys(theirs), ...extra]) {
          compared++;
          check(name, message, theirs, key, `${namespace}.${key}`, own.get(key), wrong);
        }
      });
    }
    t.same([...new Set(wrong)].slice(0, 10), [], `${name}: keys`);
  }
  t.ok(compared > 40_000, `${compared} values compared`);
});

function check(
  file: string,
  message: Message,
  peer: Readonly<Record<string, unknown>>,
  key: string,
  label: string,
  own: unknown,
  wrong: string[],
): void {
  const theirs = peer[key];
  if (isSame(own, theirs)) return;
  if (label === 'time.stepUnits' && own === 'h' && theirs === 'h') return;
  if (DIFFERENCES.some(([files, isSo, keys]) => files.test(file) && keys.test(key) && isSo(message, peer))) return;
  wrong.push(`${label}: ${JSON.stringify(own)}, ecCodes ${JSON.stringify(theirs)}`);
}

/** grib_ls prints six digits. */
function isSame(own: unknown, theirs: unknown): boolean {
  if (own === undefined || own === null) return theirs === undefined || theirs === 'not_found' || theirs === 'MISSING' || theirs === null;
  if (String(own) === String(theirs)) return true;
  const number = typeof theirs === 'string' && theirs.trim() !== '' ? Number(theirs) : theirs;
  // In JSON the MARS parameter 230.140 lost its zero.
  if (typeof own === 'string' && typeof theirs === 'number') return Number(own) === theirs;
  return typeof own === 'number' && typeof number === 'number' && Math.abs(own - number) <= 1e-5 * Math.max(1, Math.abs(number));
}

t.test('an unknown key is refused with the nearest one', { skip: noShared }, async (t) => {
  const [message] = await readMessages(`${sharedGrib}regular_gg_sfc.grib`);
  t.throws(() => get(message as Message, 'shortNam'), { code: 'absent.key', hint: "did you mean 'shortName'?" });
  t.equal(find(message as Message, 'noSuchKey'), undefined);
  t.ok(
    isDteError(
      captured(() => get(message as Message, 'noSuchKey')),
      'absent.key',
    ),
  );
});

t.test('a MARS key is reached through its namespace', { skip: noShared }, async (t) => {
  const [message] = await readMessages(`${sharedGrib}era5-levels-members.grib`);
  t.equal(get(message as Message, 'mars.param'), '129.128');
  t.equal(get(message as Message, 'mars.number'), 0);
});

function captured(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
