import { gridFromSpec, nodeColumns, prepareNabla, prepareSpace, type SpaceField, structuredMesh } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved } from '../support/measure.js';
import { digits, floorOf } from '../support/report.js';

const lanes = 8;

/**
 * Gradient and divergence of many levels on a mesh, everything in device memory. The floor counts, for each tile of 8 levels, the
 * lists and coefficients of all neighbours once, and every value read and written once.
 */
export const gradient: Bench = {
  name: 'atlas/gradient',
  about: 'gradient and divergence of 137 levels on the mesh of O640, on the device',
  async run({ runs, report, quick, executors, withEngine, bandwidth: bandwidthOf }) {
    const name = quick ? 'O32' : 'O640';
    const levels = quick ? 24 : 137;
    const grid = gridFromSpec(name);
    const mesh = structuredMesh(grid);
    const space = nodeColumns(mesh, { grid });
    for (const executor of executors) {
      await withEngine(executor, { timing: true }, async (engine) => {
        const onDevice = await prepareSpace(engine, space);
        const nabla = await prepareNabla(engine, onDevice);
        const field = await waves(engine, space, levels);
        const bandwidth = await bandwidthOf(executor);
        const pieces = piecesOf(field, 4);
        const operators = [
          { work: 'gradient', stem: 'atlas/fvm/gradient', own: 0, read: 1, written: 2 },
          { work: 'divergence', stem: 'atlas/fvm/divergence', own: 2, read: 2, written: 1 },
        ] as const;
        for (const { work, stem, own: ownWeights, read, written } of operators) {
          const inKernel = await kernelMs(engine, stem);
          let passes = 0;
          const run = async (): Promise<void> => {
            passes++;
            // A few tiles a pass, so that results of all levels need not fit the memory at once.
            for (const [piece, shifted] of pieces) {
              // Nothing is returned: results go back to the pool.
              await engine.run((pass) => void (work === 'gradient' ? nabla.gradient(pass, piece) : nabla.divergence(pass, piece, shifted)));
            }
          };
          const [own] = await interleaved([{ run }], runs, 2);
          const mean = ((await kernelMs(engine, stem)) - inKernel) / passes;
          const lists = 4 * grid.points + (4 + 8) * nabla.pairs + 4 * ownWeights * grid.points;
          const bytes = field.parts[0]!.length * lists + 4 * (read + written) * levels * grid.points;
          const floor = floorOf(bytes, bandwidth);
          report({
            bench: gradient.name,
            work: `${work} of ${levels} levels`,
            size: `${name}, ${(nabla.pairs / grid.points).toFixed(2)} neighbours a node`,
            ...placeOf(executor, engine),
            unit: 'ms',
            own: own!,
            amount: { count: levels * grid.points, unit: 'values' },
            ...(executor === 'gpu' ? { aim: { share: 0.5 } } : {}),
            floor,
            note: `${executor}: ${digits(mean)} ms of it in the kernel (mean), ${((100 * floor.milliseconds) / mean).toFixed(0)} % of the copy bandwidth of ${digits(bandwidth)} GB/s`,
          });
        }
        nabla.release();
        onDevice.release();
      });
    }
  },
};

/** Smooth levels that differ, in tiles of their own. */
async function waves(engine: Engine, space: ReturnType<typeof nodeColumns>, levels: number): Promise<SpaceField<number>> {
  const tiles = [];
  for (let firstLayer = 0; firstLayer < levels; firstLayer += lanes) {
    const width = Math.min(lanes, levels - firstLayer);
    const values = new Float32Array(space.items * width);
    for (let index = 0; index < values.length; index++) values[index] = 280 + Math.fround((index % 977) * 0.01) + firstLayer;
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes: width });
  }
  return { space, layers: Array.from({ length: levels }, (_, level) => level), parts: [tiles], mayBeMissing: false };
}

/** So many tiles at a time, each with the tile behind it as a second component: a component read twice would come from a cache. */
function piecesOf(field: SpaceField<number>, count: number): readonly (readonly [SpaceField<number>, SpaceField<number>])[] {
  const tiles = field.parts[0]!;
  const shifted = tiles.map((tile, index) => {
    const next = tiles[index + 1] ?? tiles[0]!;
    return next.lanes === tile.lanes ? next : (tiles[index - 1] ?? tile).lanes === tile.lanes ? tiles[index - 1]! : tile;
  });
  const part = (of: typeof tiles, piece: number): SpaceField<number> => ({
    ...field,
    parts: [of.slice(piece * count, (piece + 1) * count)],
  });
  return Array.from({ length: Math.ceil(tiles.length / count) }, (_, piece) => [part(tiles, piece), part(shifted, piece)] as const);
}

async function kernelMs(engine: Engine, stem: string): Promise<number> {
  const profile = await engine.profile();
  return profile
    .filter((kernel) => kernel.stem === stem || kernel.stem === `${stem}-quads`)
    .reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}
