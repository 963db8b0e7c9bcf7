// Statistics, checksums, gathers and halo exchange on function spaces of every kind.
import t from 'tap';
import {
  type FunctionSpace,
  gridFromSpec,
  type Partition,
  pointCloud,
  prepareSpace,
  releaseSpaceField,
  spectralNorm,
  spectralSpace,
  structuredColumns,
} from '../../src/atlas/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { bands, blocks, fieldOf, fieldOfValues, layersOf, partValues, rootMeanSquare } from './space-support.js';

const grid = gridFromSpec('O16');

/** Layers of different magnitude and sign, f32 numbers; some with missing values, one all missing, one constant. */
function layers(points: number): readonly Float32Array[] {
  const random = seeded(7);
  const scales = [1, 280, 1e-20, -5e4, 3e30, 1e-3, 0, 273.15, 40, 1];
  return scales.map((scale, layer) =>
    Float32Array.from({ length: points }, () => {
      if (layer === 9 || (layer >= 5 && layer < 7 && random() < 0.3)) return missingValue;
      return layer === 7 ? scale : scale * (layer === 1 ? 1 + 0.1 * random() : random() - 0.3);
    }),
  );
}

function scattered(points: number, parts: number): Partition {
  const random = seeded(3);
  return { parts, partOf: Uint16Array.from({ length: points }, () => Math.floor(random() * parts)) };
}

t.test('statistics agree with sums in f64', async (t) => {
  const values = layers(grid.points);
  const space = structuredColumns(grid);
  const engine = await cpuEngine();
  const onDevice = await prepareSpace(engine, space);
  const field = await fieldOfValues(engine, grid, values, true);
  const parts = await engine.run((pass) => onDevice.scatter(pass, field));
  for (const weighting of ['area', 'items'] as const) {
    const statistics = await onDevice.statistics(parts, { weighting });
    for (const [layer, found] of statistics.entries()) {
      const present = Array.from(values[layer]!.keys()).filter((point) => values[layer]![point] !== missingValue);
      const x = present.map((point) => values[layer]![point]!);
      const w = present.map((point) => (weighting === 'area' ? space.areas![point]! : 1));
      t.same([found.present, found.missing], [x.length, grid.points - x.length], `layer ${layer}, ${weighting}: counts`);
      if (x.length === 0) {
        t.same([found.minimum, found.mean, found.standardDeviation, found.sum], [missingValue, missingValue, missingValue, 0]);
        continue;
      }
      const total = w.reduce((sum, weight) => sum + weight, 0);
      const sum = x.reduce((so, value, k) => so + w[k]! * value, 0);
      const mean = sum / total;
      const deviation = rootMeanSquare(
        x.map((value) => value - mean),
        w,
      );
      const largest = Math.max(...x.map(Math.abs));
      t.same([found.minimum, found.maximum], [Math.min(...x), Math.max(...x)]);
      // Values are held to 2^-31 of the next power of two above the largest, weights to 2^-33 of theirs.
      const tolerance = largest * 2 ** -30;
      t.ok(Math.abs(found.mean - mean) <= tolerance, `mean ${found.mean}, expected ${mean}`);
      t.ok(Math.abs(found.sum - sum) <= tolerance * total, `sum ${found.sum}, expected ${sum}`);
      t.ok(Math.abs(found.standardDeviation - deviation) <= 4 * tolerance, `deviation ${found.standardDeviation}, expected ${deviation}`);
      if (layer === 7) t.same([found.mean, found.standardDeviation], [Math.fround(273.15), 0], 'of a constant they are exact');
    }
  }
  t.ok(Math.abs(space.areas!.reduce((sum, area) => sum + area, 0) - 4 * Math.PI) < 1e-12, 'areas cover the sphere');
  await engine.close();
});

/** All that reductions say of some layers on a space, for comparison bit by bit. */
async function reduced(engine: Engine, space: FunctionSpace, values: readonly Float32Array[]): Promise<unknown> {
  const onDevice = await prepareSpace(engine, space);
  const field = await fieldOfValues(engine, grid, values, true);
  const parts = await engine.run((pass) => onDevice.scatter(pass, field));
  const result = [await onDevice.statistics(parts), await onDevice.checksums(parts)];
  releaseSpaceField(parts);
  onDevice.release();
  return result;
}

t.test('statistics and checksums are the same bits for any division into parts, any threads and any executor', async (t) => {
  const values = layers(grid.points);
  const divisions = [undefined, bands(grid.points, 2), blocks(grid, 4, 4), bands(grid.points, 31)];
  const spaces: FunctionSpace[] = divisions.map((partition) =>
    structuredColumns(grid, { halo: 1, ...(partition === undefined ? {} : { partition }) }),
  );
  spaces.push(pointCloud(grid, { partition: scattered(grid.points, 9), haloRadius: 3 }));
  const engines: (Engine | string)[] = [await cpuEngine({ threads: 1 }), await cpuEngine({ threads: 3 }), await gpuEngine()];
  let first: unknown;
  for (const engine of engines) {
    if (typeof engine === 'string') {
      t.pass('no adapter', { skip: engine });
      continue;
    }
    for (const space of spaces) {
      const found = await reduced(engine, space, values);
      first ??= found;
      t.same(found, first, `${space.kind} in ${space.parts.length} parts on ${engine.info.name}`);
    }
    await engine.close();
  }
});

t.test('a checksum notices two values that change places', async (t) => {
  const engine = await cpuEngine();
  const values = layers(grid.points);
  const swapped = values.map((layer) => layer.slice());
  [swapped[0]![5], swapped[0]![6]] = [values[0]![6]!, values[0]![5]!];
  const space = structuredColumns(grid, { partition: bands(grid.points, 3) });
  const [[, plain], [, other]] = (await Promise.all([values, swapped].map((each) => reduced(engine, space, each)))) as [
    [unknown, string[]],
    [unknown, string[]],
  ];
  t.not(plain[0], other[0]);
  t.same(plain.slice(1), other.slice(1));
  t.match(plain[0], /^[0-9a-f]{16}$/);
  await engine.close();
});

t.test('what is scattered and gathered again is what it was', async (t) => {
  const engine = await cpuEngine();
  const values = layers(grid.points);
  const spaces: FunctionSpace[] = [
    structuredColumns(grid, { halo: 2, partition: blocks(grid, 3, 2), levels: 5 }),
    pointCloud(grid, { partition: scattered(grid.points, 4), haloRadius: 10 }),
  ];
  for (const space of spaces) {
    const onDevice = await prepareSpace(engine, space);
    const field = await fieldOfValues(engine, grid, values, true);
    const back = await engine.run((pass) => onDevice.gather(pass, onDevice.scatter(pass, field)));
    t.same(
      (await layersOf(engine, back)).map((layer) => Float32Array.from(layer)),
      values,
      space.kind,
    );
    t.equal(back.mayBeMissing, true);
  }
  await engine.close();
});

t.test('the adjoint of the halo exchange is its transpose', async (t) => {
  const engine = await cpuEngine({ precision: 'f64' });
  for (const vector of [false, true]) {
    for (const space of [
      structuredColumns(grid, { halo: 3, partition: blocks(grid, 2, 3) }),
      structuredColumns(grid, { halo: 2 }),
      pointCloud(grid, { partition: scattered(grid.points, 3), haloRadius: 8 }),
    ] as FunctionSpace[]) {
      const onDevice = await prepareSpace(engine, space);
      const random = seeded(11);
      const noise = (): Float64Array[][] =>
        space.parts.map(({ size }) => [0, 1, 2].map(() => Float64Array.from({ length: size }, () => random() - 0.5)));
      const [x, y] = [noise(), noise()];
      const upload = async (values: Float64Array[][]): ReturnType<typeof engine.run> =>
        engine.run((pass) => {
          const field = onDevice.allocate(pass, [0, 1, 2]);
          const parts = field.parts.map((tiles, part) =>
            tiles.map((tile) => ({
              ...tile,
              values: pass.upload(
                'f32',
                Float64Array.from(
                  { length: space.parts[part]!.size * tile.lanes },
                  (_, k) => values[part]![tile.firstLayer + (k % tile.lanes)]![Math.floor(k / tile.lanes)]!,
                ),
              ),
            })),
          );
          return { ...field, parts };
        });
      const forward = (await upload(x)) as ReturnType<typeof onDevice.allocate>;
      const backward = (await upload(y)) as ReturnType<typeof onDevice.allocate>;
      await engine.run((pass) => {
        onDevice.exchangeHalo(pass, forward, { vector });
        onDevice.adjointHalo(pass, backward, { vector });
      });
      let left = 0;
      let right = 0;
      let halo = 0;
      for (const [part, { owned }] of space.parts.entries()) {
        const [ex, ety] = [await partValues(engine, forward, part), await partValues(engine, backward, part)];
        for (let layer = 0; layer < 3; layer++) {
          ex[layer]!.forEach((value, place) => (left += value * y[part]![layer]![place]!));
          ety[layer]!.forEach((value, place) => (right += value * x[part]![layer]![place]!));
          halo = Math.max(halo, ...ety[layer]!.subarray(owned).map(Math.abs));
        }
      }
      // Sums of some 10^4 products below 1/4, in f64.
      t.ok(
        Math.abs(left - right) < 1e-11,
        `${space.kind}, ${space.parts.length} parts, vector ${vector}: <Ex, y> = ${left}, <x, E'y> = ${right}`,
      );
      t.not(left, 0);
      t.equal(halo, 0, 'the halo is left empty');
      onDevice.release();
    }
  }
  await engine.close();
});

t.test('parts on two engines exchange their halos by messages', async (t) => {
  const engines = [await cpuEngine(), await cpuEngine({ threads: 1 })] as const;
  const space = structuredColumns(grid, { halo: 2, partition: blocks(grid, 4, 2) });
  const values = [
    Float32Array.from({ length: grid.points }, (_, point) => point),
    Float32Array.from({ length: grid.points }, (_, point) => -point),
  ];
  const held = [
    [0, 2, 5],
    [1, 3, 4, 6, 7],
  ];
  const sides = [];
  for (const [side, engine] of engines.entries()) {
    const onDevice = await prepareSpace(engine, space, { parts: held[side]! });
    const made = await engine.run((pass) => {
      const parts = onDevice.allocate(pass, [0, 1]);
      // Owned values in front, an empty halo behind.
      for (const part of held[side]!) {
        const { owned, size, item } = space.parts[part]!;
        const own = Float32Array.from({ length: 2 * size }, (_, k) => (k < 2 * owned ? values[k % 2]![item[k >> 1]!]! : 0));
        pass.copy(pass.upload('f32', own), parts.parts[part]![0]!.values, 0);
      }
      onDevice.exchangeHalo(pass, parts, { vector: true });
      return { parts, messages: onDevice.sendHalo(pass, parts, { vector: true }) };
    });
    sides.push({ engine, onDevice, ...made });
  }
  for (const [side, { engine, onDevice, parts }] of sides.entries()) {
    const other = sides[1 - side]!;
    const messages = await Promise.all(
      other.messages.map(async ({ source, destination, tiles }) => {
        const read = await other.engine.read(...tiles);
        return { source, destination, tiles: await Promise.all(read.map((data) => engine.upload('f32', data))) };
      }),
    );
    await engine.run((pass) => onDevice.receiveHalo(pass, parts, messages));
    for (const part of held[side]!) {
      const { item, turned } = space.parts[part]!;
      const [first] = await partValues(engine, parts, part);
      t.same(
        first,
        Float64Array.from(item, (point, place) => (turned?.[place] === 1 ? -point : point)),
        `part ${part} on engine ${side}`,
      );
    }
    const [message] = messages;
    t.throws(() => onDevice.receiveHalo({} as never, parts, [{ ...message!, destination: held[1 - side]![0]! }]), {
      code: 'input.field',
      message: /does not fit the halo here/,
    });
    t.throws(() => onDevice.gather({} as never, parts), { code: 'input.field', message: /of 8 parts are here; all of them are needed/ });
  }
  for (const engine of engines) await engine.close();
});

t.test('a point cloud knows every point within its halo', async (t) => {
  const random = seeded(5);
  const lat = Float64Array.from({ length: 600 }, () => (Math.asin(2 * random() - 1) * 180) / Math.PI);
  const lon = Float64Array.from({ length: 600 }, () => 360 * random());
  const partition = scattered(600, 4);
  const radius = 4;
  const { parts } = pointCloud({ lat, lon }, { partition, haloRadius: radius });
  const toRadians = Math.PI / 180;
  const cosine = (a: number, b: number): number =>
    Math.sin(lat[a]! * toRadians) * Math.sin(lat[b]! * toRadians) +
    Math.cos(lat[a]! * toRadians) * Math.cos(lat[b]! * toRadians) * Math.cos((lon[a]! - lon[b]!) * toRadians);
  for (const [part, { owned, item }] of parts.entries()) {
    const own = Array.from(partition.partOf.keys()).filter((point) => partition.partOf[point] === part);
    const near = Array.from(partition.partOf.keys()).filter(
      (point) => partition.partOf[point] !== part && own.some((mine) => cosine(mine, point) >= Math.cos(radius * toRadians)),
    );
    t.same([...item], [...own, ...near], `part ${part}: ${owned} own points, ${near.length} around them`);
  }
});

t.test('norms on a spectral space are those of the fields', async (t) => {
  const engine = await cpuEngine({ precision: 'f64' });
  for (const parts of [1, 3]) {
    const space = spectralSpace(21, { parts });
    t.equal(space.items, 22 * 23);
    const sizes = space.parts.map(({ owned }) => owned);
    t.ok(Math.max(...sizes) - Math.min(...sizes) <= 2 * 22, `parts of ${sizes.join(', ')} coefficients`);
    const onDevice = await prepareSpace(engine, space);
    // Constant 2; sqrt3 sin(lat), whose square has the mean 1; sqrt6 cos(lat) cos(lon): the mean of its square is 6 (2/3)(1/2) = 2.
    const layers = [
      [0, 2],
      [2, 1],
      [2 * 22, 1],
    ].map(([index, value]) => Float64Array.from({ length: space.items }, (_, k) => (k === index ? value! : 0)));
    const field = await fieldOfValues(engine, space.grid, layers);
    const inParts = await engine.run((pass) => onDevice.scatter(pass, field));
    const norms = (await onDevice.statistics(inParts)).map(spectralNorm);
    t.strictSame(norms, [2, 1, Math.SQRT2], `${parts} parts`);
    t.same(await layersOf(engine, await engine.run((pass) => onDevice.gather(pass, inParts))), layers);
  }
  await engine.close();
});

t.test('what function spaces refuse', async (t) => {
  const engine = await cpuEngine();
  const space = structuredColumns(grid, { levels: 3 });
  const onDevice = await prepareSpace(engine, space);
  const pass = {} as never;
  const other = await fieldOf(engine, gridFromSpec('O8'), [() => 1]);
  t.throws(() => onDevice.scatter(pass, other), {
    code: 'input.field',
    message: /544 points of \{"grid":"O8"\}; the space is on \{"grid":"O16"\}/,
  });
  const four = await fieldOf(engine, grid, [() => 1, () => 2, () => 3, () => 4]);
  t.throws(() => onDevice.scatter(pass, four), {
    code: 'input.field',
    message: /4 layers on a StructuredColumns space of 3 levels; accepted are multiples of 3/,
  });
  await t.rejects(prepareSpace(engine, space, { parts: [2] }), {
    code: 'input.option',
    message: /part 2 of a StructuredColumns space of 1 parts \(option parts\); accepted are 0 to 0/,
  });
  const three = await engine.run((pass) => onDevice.allocate(pass, [1, 2, 3]));
  const elsewhere = await prepareSpace(engine, structuredColumns(grid));
  t.throws(() => elsewhere.exchangeHalo(pass, three), { code: 'input.field', message: /on another StructuredColumns space/ });
  const strange = await fieldOfValues(engine, grid, [new Float32Array(grid.points).fill(Number.NaN)]);
  const strangeParts = await engine.run((pass) => elsewhere.scatter(pass, strange));
  await t.rejects(elsewhere.statistics(strangeParts), { code: 'limit.range', message: /1600 values are not finite/ });
  const cloud = pointCloud({ lat: Float64Array.of(1), lon: Float64Array.of(2) });
  const onCloud = await prepareSpace(engine, cloud);
  const one = await engine.run((pass) => onCloud.allocate(pass, [0]));
  t.throws(() => onCloud.gather(pass, one), { code: 'input.field', message: /the PointCloud space has no grid/ });
  t.throws(() => pointCloud({ lat: Float64Array.of(1, 91), lon: Float64Array.of(2, 3) }), {
    code: 'input.grid',
    message: /point 1 lies at latitude 91, longitude 3; accepted are/,
  });
  t.throws(() => pointCloud({ lat: Float64Array.of(1), lon: Float64Array.of(Number.NaN) }), {
    code: 'input.grid',
    message: /longitude NaN/,
  });
  t.throws(() => pointCloud({ lat: Float64Array.of(1), lon: Float64Array.of(1, 2) }), {
    code: 'input.grid',
    message: /1 latitudes and 2 longitudes/,
  });
  t.throws(() => pointCloud(grid, { haloRadius: -1 }), {
    code: 'input.option',
    message: /a halo of -1 degrees \(option haloRadius\); accepted are 0 to 180/,
  });
  t.throws(() => spectralSpace(21, { parts: 0 }), {
    code: 'input.option',
    message: /in 0 parts \(option parts\); accepted are whole numbers from 1/,
  });
  await engine.close();
});
