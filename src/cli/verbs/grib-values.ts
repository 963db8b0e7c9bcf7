import { type WritableFile, writeNpy } from '../../base/index.js';
import type { EngineFlags } from '../commands/define.js';
import type { Terminal } from '../terminal/terminal.js';
import { decoded } from './decoded.js';
import { oneMessage } from './messages-in.js';
import { refuseTerminal } from './output.js';
import { withEngine } from './with-engine.js';

export interface ValuesOptions extends EngineFlags {
  readonly message: number;
  readonly field: number;
  readonly format?: 'json' | 'npy';
  readonly output: string;
}

const valuesAtOnce = 1 << 16;

/** The values of one field in the message's own order of points. */
export async function gribValues(terminal: Terminal, input: string, options: ValuesOptions): Promise<void> {
  const format = options.format ?? (options.output.endsWith('.npy') ? 'npy' : 'json');
  if (format === 'npy') refuseTerminal(options.output);
  const message = await oneMessage(terminal, input, options.message, options.field);
  const values = await withEngine(terminal, options, (engine) => decoded(engine, message, 'file', Number.NaN));
  const output = await terminal.context.fs.create(options.output);
  try {
    if (format === 'npy') await output.write(writeNpy(values));
    else await writeJson(output, values);
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** An array of numbers, each written so that it reads back exactly; null for a missing value. */
async function writeJson(output: WritableFile, values: Float32Array | Float64Array): Promise<void> {
  const encoder = new TextEncoder();
  await output.write(encoder.encode('['));
  for (let start = 0; start < values.length; start += valuesAtOnce) {
    const text = Array.from(values.subarray(start, start + valuesAtOnce), (value) => (Number.isNaN(value) ? 'null' : String(value))).join(
      ',',
    );
    await output.write(encoder.encode(start === 0 ? text : `,\n${text}`));
  }
  await output.write(encoder.encode(']\n'));
}
