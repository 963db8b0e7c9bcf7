import { fileURLToPath } from 'node:url';
import { type Bench, placeOf } from '../support/bench.js';
import { spreadOf } from '../support/measure.js';
import { runProcess } from '../support/process.js';
import { beside } from '../support/report.js';

const script = fileURLToPath(new URL('first-inference.js', import.meta.url));
const aimSeconds = 5;

/**
 * From the start of a process to its end, with the model checked against the processor on the way. The peer is the same with ONNX
 * Runtime's module compiled as V8 does by itself: run once, as it takes a minute on Node 20.
 */
export const first: Bench = {
  name: 'infero/first',
  about: 'first inference of a small model on the device, in a new process',
  async run({ runs, quick, executors, report, withEngine }) {
    for (const executor of executors.filter((name) => name !== 'cpu')) {
      const place = await withEngine(executor, {}, async (engine) => placeOf(executor, engine));
      const times: number[] = [];
      for (let run = 0; run < runs; run++) times.push(await runProcess(process.execPath, [script, executor, 'baseline']));
      const own = spreadOf(times);
      const optimised = quick ? 'not run with --quick' : spreadOf([await runProcess(process.execPath, [script, executor, 'optimised'])]);
      report({
        bench: first.name,
        work: 'open, check, run, close',
        size: 'longwave, 100 columns',
        ...place,
        unit: 'ms',
        own,
        ...beside(own, 'module left to V8', optimised),
        aim: { seconds: aimSeconds },
      });
    }
  },
};
