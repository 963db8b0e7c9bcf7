import type { Field, Tile } from '../../atlas/index.js';
import { atPlace, DteError } from '../../base/index.js';
import { type DeviceArray, type Engine, gather } from '../../compute/index.js';
import { type EncodedData, messageParts } from '../build-message.js';
import { decimalFactor, type PackingParameters, simplePackingParameters } from '../codec/index.js';
import type { EncodedMessages, EncodeOptions } from '../encode.js';
import { packingType } from '../data-keys.js';
import { gridType } from '../grid-keys.js';
import type { Message } from '../message.js';
import { pack } from '../pack.js';
import { rawNumber } from '../raw-keys.js';
import { spectralFlatten } from '../spectral-flatten.js';
import { spectralNorms } from '../spectral-norms.js';
import { packedFormat } from '../unpack.js';
import { valueRanges } from '../value-ranges.js';
import { rowStart } from './coefficients.js';
import { type StoredPower, storedPower } from './laplacian-power.js';
import { type SpectralLayout, spectralLayout } from './spectral-layout.js';
import { powerKey } from './spectral-values.js';

/** A lane on its way to a message. */
interface LanePlan {
  readonly lane: number;
  readonly message: Message;
  readonly layout: SpectralLayout;
  readonly power: StoredPower;
  /** Packed numbers are on the device times 2^-exponent, so that they fit f32. */
  readonly exponent: number;
  /** Coefficients that stay floats, as they are in the field. */
  readonly floats: Float64Array;
}

const largestReal = 3.4028234663852886e38;

/**
 * Spectral messages of a tile. Ranges, scaling and bit packing happen on the device; norms, the subset that stays unpacked, and packed
 * integers come to the host. Errors: `limit.range` for missing or infinite coefficients, `input.option`, `unsupported.template`.
 */
export async function encodeSpectralTile(
  engine: Engine,
  field: Field<Message>,
  tile: Tile,
  options: EncodeOptions,
): Promise<EncodedMessages> {
  const layers = field.layers.slice(tile.firstLayer, tile.firstLayer + tile.lanes);
  const truncation = field.grid.truncation as number;
  const layouts = layers.map((message) => spectralLayout(message, truncation, options));
  await checkValues(engine, tile, field.grid.points, layers);
  const plans = await planLanes(engine, tile, layers, layouts, truncation, options);
  const messages: (readonly Uint8Array[])[] = [];
  const held: DeviceArray[] = [];
  const release = (): void => {
    for (const array of held) array.release();
  };
  try {
    for (const group of groupsOf(plans)) {
      const encoded = await packGroup(engine, tile, group, truncation, held);
      for (const [index, { lane, message }] of group.entries()) {
        const data = encoded[index] as EncodedData;
        const keepsGrid = options.inFileOrder === true && gridType(message) === 'sh';
        messages[lane] = messageParts(message, keepsGrid ? { data } : { grid: field.grid, data });
      }
    }
    return { messages, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function checkValues(engine: Engine, { values }: Tile, points: number, layers: readonly Message[]): Promise<void> {
  const ranges = await valueRanges(engine, values, points, layers);
  for (const [lane, { missing }] of ranges.entries()) {
    if (missing === 0) continue;
    throw new DteError('limit.range', `${missing} spectral coefficients are missing`, {
      where: (layers[lane] as Message).where,
      hint: 'a spectral field has all coefficients',
    });
  }
}

/** Lanes with subsets of one size have as many packed numbers, and are packed together. */
function groupsOf(plans: readonly LanePlan[]): readonly (readonly LanePlan[])[] {
  const groups = new Map<string, LanePlan[]>();
  for (const plan of plans) {
    const key = `${plan.layout.sub} ${plan.layout.lead}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [plan]);
    else group.push(plan);
  }
  return [...groups.values()];
}

async function planLanes(
  engine: Engine,
  { values, lanes }: Tile,
  layers: readonly Message[],
  layouts: readonly SpectralLayout[],
  truncation: number,
  options: EncodeOptions,
): Promise<readonly LanePlan[]> {
  const rows = truncation + 1;
  const most = layouts.reduce((sub, layout) => Math.max(sub, layout.sub), 1);
  const order = subsetOrder(most, truncation);
  const arrays = await engine.run((pass) => {
    const norms = pass.allocate('f32', rows * lanes);
    pass.run(spectralNorms, { rows, lanes, values, norms });
    const gathered = pass.allocate('f32', order.length * lanes);
    pass.run(gather, { points: order.length, lanes, order: pass.upload('u32', order), source: values, gathered });
    return [norms, gathered] as const;
  });
  const [norms, subset] = await engine.read(...arrays).finally(() => {
    for (const array of arrays) array.release();
  });
  return layers.map((message, lane) => {
    const layout = layouts[lane] as SpectralLayout;
    const own = Float64Array.from({ length: rows }, (_, n) => norms[n * lanes + lane] as number);
    try {
      const power = powerOf(message, layout, own, options);
      const exponent = engine.info.precision === 'f64' || power.largest === 0 ? 0 : Math.ceil(Math.log2(power.largest));
      return { lane, message, layout, power, exponent, floats: floatsOf(subset, lanes, lane, most, layout) };
    } catch (error) {
      throw atPlace(error, message.where);
    }
  });
}

function powerOf(message: Message, layout: SpectralLayout, norms: Float64Array, options: EncodeOptions): StoredPower {
  if (layout.lead === 1) return unscaled(norms);
  if (layout.sub === norms.length) return unusedPower(message, norms);
  return storedPower(norms, layout.sub - 1, message.edition, options.laplacianPower);
}

/** Simple packing scales nothing. */
function unscaled(norms: Float64Array): StoredPower {
  return { stored: 0, factors: new Float64Array(norms.length).fill(1), largest: norms.reduce((most, norm) => Math.max(most, norm), 0) };
}

/** Places of the numbers with n < sub, in order. */
function subsetOrder(sub: number, truncation: number): Uint32Array {
  const order = new Uint32Array(sub * (sub + 1));
  for (let m = 0, at = 0; m < sub; m++) {
    for (let i = 0; i < 2 * (sub - m); i++) order[at++] = 2 * rowStart(truncation, m) + i;
  }
  return order;
}

/** A lane's floats out of a gathered subset that may be larger. */
function floatsOf(
  subset: Float32Array | Float64Array,
  lanes: number,
  lane: number,
  gatheredSub: number,
  { sub, lead }: SpectralLayout,
): Float64Array {
  if (lead === 1) return Float64Array.of(subset[lane] as number);
  const order = subsetOrder(sub, gatheredSub - 1);
  return Float64Array.from(order, (index) => subset[index * lanes + lane] as number);
}

async function packGroup(
  engine: Engine,
  tile: Tile,
  group: readonly LanePlan[],
  truncation: number,
  held: DeviceArray[],
): Promise<readonly EncodedData[]> {
  const [{ layout }] = group as [LanePlan];
  const { sub, lead } = layout;
  const pairs = ((truncation + 1) * (truncation + 2)) / 2;
  const count = 2 * pairs - (lead === 1 ? 1 : sub * (sub + 1));
  if (count === 0) return group.map((plan) => encodedData(plan, unusedParameters(plan), 0, new Uint8Array(0)));
  const codedLanes = group.length;
  const coded = await engine.run((pass) => {
    const numbers = pass.allocate('f32', count * codedLanes);
    pass.run(spectralFlatten, {
      pairs,
      lanes: tile.lanes,
      codedLanes,
      truncation,
      sub,
      lead,
      values: tile.values,
      laneTable: pass.upload(
        'u32',
        Uint32Array.from(group, ({ lane }) => lane),
      ),
      factors: pass.upload('f32', factorsOf(group, engine)),
      coded: numbers,
    });
    return numbers;
  });
  try {
    const ranges = await valueRanges(
      engine,
      coded,
      count,
      group.map(({ message }) => message),
    );
    const parameters = group.map((plan, index) =>
      parametersOf(plan, (ranges[index] as { minimum: number }).minimum, (ranges[index] as { maximum: number }).maximum),
    );
    const starts: number[] = [];
    // Whole blocks of 32 values, so that the last invocation of a lane stays in the lane's own words.
    const words = parameters.reduce((start, { bits }) => {
      starts.push(start);
      return start + Math.ceil(count / 32) * bits;
    }, 0);
    const packed = await engine.run((pass) => {
      const integers = pass.allocate('u32', Math.max(1, words));
      const table = parameters.flatMap(({ bits }, index) => [starts[index] as number, bits, packedFormat.stream, count, 2 ** bits - 1]);
      const reals = parameters.flatMap(({ referenceValue, binaryScale, decimalScale }, index) => {
        const { exponent } = group[index] as LanePlan;
        return [referenceValue * 2 ** -exponent, 2 ** (exponent - binaryScale), decimalFactor(-decimalScale)];
      });
      pass.run(pack, {
        blocks: Math.ceil(count / 32),
        lanes: codedLanes,
        pointStride: codedLanes,
        laneStride: 1,
        values: coded,
        laneTable: pass.upload('u32', Uint32Array.from(table)),
        laneReals: pass.upload('f32', Float64Array.from(reals)),
        packed: integers,
      });
      return integers;
    });
    held.push(packed);
    const [integers] = await engine.peek(packed);
    return group.map((plan, index) => {
      const own = parameters[index] as PackingParameters;
      const octets = Math.ceil((count * own.bits) / 8);
      return encodedData(plan, own, count, new Uint8Array(integers.buffer, integers.byteOffset + 4 * (starts[index] as number), octets));
    });
  } finally {
    coded.release();
  }
}

function factorsOf(group: readonly LanePlan[], engine: Engine): Float64Array {
  const isExact = engine.info.precision === 'f64';
  const rows = (group[0] as LanePlan).power.factors.length;
  const factors = new Float64Array(group.length * rows);
  for (const [index, { power, exponent }] of group.entries()) {
    for (let n = 0; n < rows; n++) {
      const factor = (power.factors[n] as number) * 2 ** -exponent;
      factors[index * rows + n] = isExact ? factor : Math.min(factor, largestReal);
    }
  }
  return factors;
}

function parametersOf({ message, layout, exponent }: LanePlan, minimum: number, maximum: number): PackingParameters {
  const scale = 2 ** exponent * decimalFactor(-layout.decimalScale);
  try {
    const parameters = simplePackingParameters(minimum * scale, maximum * scale, layout.bits, message.edition);
    const decimalScale = layout.decimalScale + parameters.decimalScale;
    // Complex packing has no form without integers for a constant.
    return { ...parameters, decimalScale, bits: layout.lead === 1 ? parameters.bits : layout.bits };
  } catch (error) {
    throw atPlace(error, message.where);
  }
}

/** Where nothing is packed, the parameters stay those of the message: they mean nothing. */
function unusedParameters({ message, layout }: LanePlan): PackingParameters {
  const { decimalScale, bits } = layout;
  if (packingType(message) !== 'spectral_complex') return { referenceValue: 0, binaryScale: 0, decimalScale, bits };
  const binaryScale = rawNumber(message, 'binaryScaleFactor') ?? 0;
  return { referenceValue: rawNumber(message, 'referenceValue') ?? 0, binaryScale, decimalScale, bits };
}

function unusedPower(message: Message, norms: Float64Array): StoredPower {
  const stored = packingType(message) === 'spectral_complex' ? (rawNumber(message, powerKey(message)) ?? 0) : 0;
  return { stored, factors: norms, largest: 0 };
}

function encodedData(plan: LanePlan, parameters: PackingParameters, count: number, payload: Uint8Array): EncodedData {
  const { packing, sub, floatOctets } = plan.layout;
  const spectral = {
    packing,
    sub,
    floatOctets,
    storedPower: plan.power.stored,
    floats: storedFloats(plan, parameters.decimalScale, count),
  };
  return { ...parameters, packing, count, payload, spectral };
}

/** When all coefficients are floats, they carry the decimal scale; in edition 1 those of the largest n are scaled like packed ones. */
function storedFloats({ floats, layout, power, message }: LanePlan, decimalScale: number, count: number): Float64Array {
  const factor = decimalFactor(-decimalScale);
  if (count === 0) return floats.map((value) => value * factor);
  if (message.edition === 2 || layout.lead === 1) return floats;
  const stored = floats.slice();
  const last = factor * (power.factors[layout.sub - 1] as number);
  for (let m = 0, at = 0; m < layout.sub; m++) {
    at += 2 * (layout.sub - m);
    stored[at - 2] = (stored[at - 2] as number) * last;
    stored[at - 1] = (stored[at - 1] as number) * last;
  }
  return stored;
}
