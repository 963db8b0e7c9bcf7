import { gridFromSpec, releaseField } from '../../src/atlas/index.js';
import { readWhole } from '../../src/base/index.js';
import { decode } from '../../src/grib/index.js';
import { forgetWeights, prepareRegrid, readNpz } from '../../src/regrid/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { messagesOf } from '../support/inputs.js';
import { interleaved } from '../support/measure.js';
import { beside, digits, floorOf } from '../support/report.js';

/**
 * One sparse product with many layers at once, everything in device memory. The floor counts the weights (8 octets each) and the
 * row starts once for each tile of 8 layers, and the source and the result once.
 */
export const apply: Bench = {
  name: 'regrid/apply',
  about: 'weights O640 -> 0.25 degrees applied to 32 layers on the device, beside scipy',
  async run({ context, inputs, peers, runs, report, quick, executors, withEngine, bandwidth: bandwidthOf }) {
    const [source, target, layers] = quick ? ['O96', '1/1', 32] : ['O640', '0.25/0.25', 32];
    const grid = gridFromSpec(source);
    const npz = await inputs.weights(source, target);
    const matrix = readNpz(await readWhole(context.fs, npz), npz);
    const path = await inputs.grib({ grid: source, fields: layers, packing: 'ccsds' });
    const messages = await messagesOf(context, path);
    const { scipy } = peers;
    for (const executor of executors) {
      await withEngine(executor, { timing: true }, async (engine) => {
        const regridder = await prepareRegrid(engine, grid, gridFromSpec(target));
        const field = await decode(engine, messages, grid);
        const before = kernelMs(await engine.profile());
        let passes = 0;
        const work = async (): Promise<void> => {
          passes++;
          releaseField(await engine.run((pass) => regridder.apply(pass, field)));
        };
        const peer = typeof scipy === 'string' ? undefined : await scipy.open(npz, layers);
        try {
          const [own, theirs] = await interleaved([{ run: work }, ...(peer === undefined ? [] : [{ run: () => peer.run() }])], runs, 3);
          const bandwidth = await bandwidthOf(executor);
          const inKernel = (kernelMs(await engine.profile()) - before) / passes;
          const bytes =
            field.tiles.length * (8 * matrix.column.length + 4 * matrix.rowStart.length) + 4 * layers * (grid.points + matrix.rows);
          const floor = floorOf(bytes, bandwidth);
          report({
            bench: apply.name,
            work: `apply linear to ${layers} layers`,
            size: `${source} -> ${target}, ${(matrix.column.length / 1e6).toFixed(2)} M weights`,
            ...placeOf(executor, engine),
            unit: 'ms',
            own: own!,
            amount: { count: layers, unit: 'fields' },
            ...beside(own!, `scipy CSR f32, 1 thread`, theirs ?? (scipy as string)),
            ...(executor === 'cpu' ? { aim: { ratio: 1 } } : executor === 'gpu' ? { aim: { share: 0.6 } } : {}),
            floor,
            note: `${executor}: ${digits(inKernel)} ms of it in the kernel (mean), ${((100 * floor.milliseconds) / inKernel).toFixed(0)} % of the copy bandwidth of ${digits(bandwidth)} GB/s`,
          });
        } finally {
          peer?.close();
          releaseField(field);
          regridder.release();
        }
      });
    }
    forgetWeights();
  },
};

function kernelMs(profile: readonly { readonly stem: string; readonly milliseconds: number }[]): number {
  return profile.find(({ stem }) => stem === 'regrid/csr-apply')?.milliseconds ?? 0;
}
