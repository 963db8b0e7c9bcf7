import { DteError } from '../../../base/index.js';
import type { Key } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText } from '../../terminal/text.js';
import { binaryRate, binarySize, secondsText, sixDigits } from './numbers.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';
import { stopwatch } from './write.js';

export interface PatchVerbOptions extends RequestOptions {
  readonly expver?: string;
  readonly class?: string;
  readonly json?: true;
}

/** Archives copies under another class or experiment, and sums up as `fdb-patch` does. */
export async function fdbPatch(terminal: Terminal, args: readonly string[], options: PatchVerbOptions): Promise<void> {
  const keys = newLabels(options);
  if (keys.size === 0) throw new DteError('input.option', 'nothing is given to be changed', { hint: 'give --expver, --class or both' });
  const requests = await toolRequests(terminal, args, options);
  const done = { fields: 0, bytes: 0, unchanged: 0 };
  const began = stopwatch(terminal);
  await withStore(terminal, 'patch', options, async (store) => {
    for (const { selection } of requests) {
      const { fields, bytes, unchanged } = await store.patch(selection, keys, visiting(terminal, options));
      done.fields += fields;
      done.bytes += bytes;
      done.unchanged += unchanged;
    }
  });
  const { elapsedMs, cpuMs } = began();
  if (options.json === true) {
    await terminal.print(`${JSON.stringify({ ...done, keys: Object.fromEntries(keys), seconds: elapsedMs / 1000 })}\n`);
    return;
  }
  if (done.unchanged > 0) terminal.note(`dte: ${countedText(done.unchanged, 'field')} had these values already`);
  const copied = [...keys].map(([keyword, value]) => `${keyword}=${value}`).join(',');
  const rate = sixDigits(elapsedMs > 0 ? (done.fields / elapsedMs) * 1000 : 0);
  await terminal.print(`
Summary
=======

${done.fields} fields (${binarySize(done.bytes)}) copied to {${copied}}
Rates: ${binaryRate(done.bytes, elapsedMs / 1000)}, ${rate} fields/s
fdb-patch: ${secondsText(elapsedMs)} second elapsed, ${secondsText(cpuMs)} second cpu
`);
}

/** Class and experiment to write, in upstream's order of keywords. */
export function newLabels(options: { readonly class?: string; readonly expver?: string }): Key {
  const labels = [
    ['class', options.class],
    ['expver', options.expver],
  ] as const;
  return new Map(labels.flatMap(([keyword, value]): [string, string][] => (value === undefined ? [] : [[keyword, value]])));
}
