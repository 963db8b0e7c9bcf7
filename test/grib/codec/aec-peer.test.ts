// Streams of libaec (its `aec` program) and messages of ecCodes (`grib_set`, `grib_get_data`) in both directions.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../../../src/base/package-root.js';
import { AEC_FLAGS, aecArray, aecDecode, aecEncode, aecScan, decimalFactor } from '../../../src/grib/codec/index.js';
import { aecCases, packedField } from './aec-cases.js';

const LONG = process.env['DTE_LONG'] === '1';
const DATA = fileURLToPath(new URL('../shared/data/grib/', packageRoot()));
const folder = mkdtempSync(join(tmpdir(), 'dte-aec-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Whether a program can be started; where peers are required its absence is a failure. */
function has(program: string, ...probe: string[]): boolean {
  try {
    execFileSync(program, probe, { stdio: 'ignore' });
    return true;
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (absent && process.env['DTE_PEERS'] === 'required') throw new Error(`${program} is required and absent`);
    return !absent;
  }
}

const bytesOf = (values: ReturnType<typeof aecArray>): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (x, i) => x === b[i]);

function libaec(input: Uint8Array, options: readonly string[]): Uint8Array {
  const [from, to] = [join(folder, 'in'), join(folder, 'out')];
  writeFileSync(from, input);
  execFileSync('aec', [...options, from, to], { stdio: 'pipe' });
  return readFileSync(to);
}

function libaecOptions({ bits, blockSize, rsi, flags }: { bits: number; blockSize: number; rsi: number; flags: number }): string[] {
  const options = ['-n', `${bits}`, '-j', `${blockSize}`, '-r', `${rsi}`];
  if ((flags & AEC_FLAGS.preprocess) === 0) options.push('-N');
  if ((flags & AEC_FLAGS.restricted) !== 0) options.push('-t');
  return options;
}

t.test(
  'libaec reads our streams and we read those of libaec, for every width, block size and option',
  { skip: !has('aec') && 'libaec is not installed' },
  async (t) => {
    let ours = 0;
    let theirs = 0;
    for (const { seed, count, ...options } of aecCases(LONG ? 1 : 5)) {
      const values = packedField(options.bits, count, seed);
      const name = JSON.stringify({ ...options, count, seed });
      const flags = libaecOptions(options);
      const { bytes } = aecEncode(values, options);
      if (!same(libaec(bytes, ['-d', ...flags]).subarray(0, values.byteLength), bytesOf(values)))
        t.fail(`libaec reads other values: ${name}`);
      const stream = libaec(bytesOf(values), flags);
      const out = aecArray(options.bits, count);
      aecDecode(stream, { ...options, count }, out);
      if (!same(out, values)) t.fail(`we read other values: ${name}`);
      const ends = aecScan(stream, { ...options, count });
      if (Math.ceil(ends[ends.length - 1] / 8) !== stream.length) t.fail(`the scan ends elsewhere: ${name}`);
      ours += bytes.length;
      theirs += stream.length;
    }
    t.ok(ours / theirs < 1.001, `our streams are ${(ours / theirs).toFixed(5)} times as long`);
  },
);

t.test("signed streams of libaec come out as two's complement", { skip: !has('aec') && 'libaec is not installed' }, async (t) => {
  for (const [bits, Signed] of [
    [8, Int8Array],
    [16, Int16Array],
    [32, Int32Array],
  ] as const) {
    const field = packedField(bits, 5000, bits);
    const options = { bits, flags: AEC_FLAGS.signed | AEC_FLAGS.preprocess, blockSize: 16, rsi: 32 };
    const stream = libaec(bytesOf(field), ['-s', ...libaecOptions(options)]);
    const out = aecArray(bits, 5000);
    aecDecode(stream, { ...options, count: 5000 }, out);
    t.same(new Signed(out.buffer), new Signed(field.buffer), `${bits} bits`);
  }
});

/** Sections of a one-field GRIB2 message. */
function sectionsOf(message: Buffer): Map<number, Buffer> {
  const sections = new Map<number, Buffer>();
  for (let at = 16; at < message.length - 4; at += message.readUInt32BE(at)) {
    sections.set(message[at + 4], message.subarray(at, at + message.readUInt32BE(at)));
  }
  return sections;
}

const signMagnitude = (word: number): number => (word & 0x8000 ? -(word & 0x7fff) : word);

function packingOf(section5: Buffer) {
  return {
    count: section5.readUInt32BE(5),
    reference: section5.readFloatBE(11),
    binaryScale: signMagnitude(section5.readUInt16BE(15)),
    decimalScale: signMagnitude(section5.readUInt16BE(17)),
    bits: section5[19],
    flags: section5[21],
    blockSize: section5[22],
    rsi: section5.readUInt16BE(23),
  };
}

/** Values as ecCodes decodes them, printed so that a double comes back exactly. */
function peerValues(file: string): number[] {
  const text = execFileSync('grib_get_data', ['-F', '%.17g', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.trim().split(/\s+/)[2]));
}

const SOURCES = ['regular_gg_sfc.grib', 'gridType-reduced_gg_gridName-O8_shortName-q.grib2', 'reduced_gg.grib'];
const peers = has('grib_set', '-V') && has('grib_get_data', '-V');
const skip = !peers ? 'ecCodes is not installed' : !existsSync(DATA) ? `${DATA} is absent` : false;

t.test('messages of ecCodes give the doubles of ecCodes, and it reads the messages that hold our streams', { skip }, async (t) => {
  for (const source of SOURCES) {
    for (const bits of [1, 7, 8, 12, 16, 20, 24, 32]) {
      const file = join(folder, 'peer.grib2');
      const options = ['-w', 'count=1', '-r', '-s', `edition=2,packingType=grid_ccsds,bitsPerValue=${bits}`];
      execFileSync('grib_set', [...options, join(DATA, source), file], { stdio: 'pipe' });
      const message = readFileSync(file);
      const sections = sectionsOf(message);
      const packing = packingOf(sections.get(5) as Buffer);
      const packed = aecArray(packing.bits, packing.count);
      aecDecode((sections.get(7) as Buffer).subarray(5), packing, packed);
      const factor = decimalFactor(packing.decimalScale);
      const values = Array.from(packed, (x) => (x * 2 ** packing.binaryScale + packing.reference) * factor);
      const expected = peerValues(file);
      t.ok(expected.length > 0 && same(values, expected), `${source} in ${packing.bits} bits: ${expected.length} values`);

      const { bytes } = aecEncode(packed, packing);
      const head = message.subarray(0, message.length - 4 - (sections.get(7) as Buffer).length);
      const section7 = Buffer.alloc(5 + bytes.length, bytes);
      section7.writeUInt32BE(section7.length);
      section7[4] = 7;
      section7.set(bytes, 5);
      const ours = Buffer.concat([head, section7, Buffer.from('7777')]);
      ours.writeBigUInt64BE(BigInt(ours.length), 8);
      writeFileSync(file, ours);
      t.ok(same(peerValues(file), expected), 'read back from our stream');
    }
  }
});
