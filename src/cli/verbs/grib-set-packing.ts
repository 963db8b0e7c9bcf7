import { releaseField } from '../../atlas/index.js';
import { isDteError, ordered } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { type Batch, batchesOf, encode, type EncodeOptions, type Packing, prepareDecode } from '../../grib/index.js';
import type { EngineFlags } from '../commands/define.js';
import { expandInputs } from '../inputs.js';
import { messageSource } from '../message-source.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText, sizeText } from '../terminal/text.js';
import { printSummary, refuseTerminal } from './output.js';
import { withEngine } from './with-engine.js';

export interface SetPackingOptions extends EngineFlags {
  readonly output: string;
  readonly packing: Packing;
  readonly bits?: number;
  readonly subset?: number;
  readonly laplacianPower?: number;
  readonly json?: true;
  readonly keepGoing?: true;
}

const batchesInFlight = 2;

/** The same fields, packed anew; points stay in the order of the message. */
export async function gribSetPacking(terminal: Terminal, args: readonly string[], options: SetPackingOptions): Promise<void> {
  const inputs = await expandInputs(args);
  refuseTerminal(options.output);
  const onDamage = options.keepGoing === true ? terminal.damage : undefined;
  const encodeOptions: EncodeOptions = {
    packing: options.packing,
    inFileOrder: true,
    ...(options.bits === undefined ? {} : { bits: options.bits }),
    ...(options.subset === undefined ? {} : { subset: options.subset }),
    ...(options.laplacianPower === undefined ? {} : { laplacianPower: options.laplacianPower }),
  };
  const done = { fields: 0, bytesIn: 0, bytesOut: 0 };
  await withEngine(terminal, options, async (engine) => {
    const output = await terminal.context.fs.create(options.output);
    try {
      const source = await messageSource(terminal.context, inputs, { onDamage });
      const progress = (bytes: number): void => {
        done.bytesIn = bytes;
        terminal.context.progress({ task: 'set-packing', done: bytes, total: source.totalBytes, unit: 'bytes', fields: done.fields });
      };
      const packed = ordered(
        batchesOf(source.messages, { progress, ...(onDamage === undefined ? {} : { onDamage }) }),
        (batch) => repack(engine, batch, encodeOptions, onDamage),
        batchesInFlight,
      );
      for await (const messages of packed) {
        for (const bytes of messages) {
          await output.write(bytes);
          done.bytesOut += bytes.length;
        }
        done.fields += messages.length;
      }
      await output.commit();
    } catch (error) {
      await output.discard();
      throw error;
    }
  });
  const text = `${countedText(done.fields, 'field')}, ${sizeText(done.bytesIn)} in, ${sizeText(done.bytesOut)} out`;
  await printSummary(terminal, options.output, { json: options.json === true ? done : undefined, text });
}

/** With `onDamage`, a batch that fails is done again one message at a time, so that only the bad ones are lost. */
async function repack(
  engine: Engine,
  batch: Batch,
  options: EncodeOptions,
  onDamage: ((error: unknown) => void) | undefined,
): Promise<readonly Uint8Array[]> {
  try {
    const prepared = await prepareDecode(engine, batch.messages, batch.grid);
    const field = await engine.run((pass) => prepared.decodeInFileOrder(pass));
    try {
      return await encode(engine, field, options);
    } finally {
      releaseField(field);
    }
  } catch (error) {
    if (onDamage === undefined || !isDteError(error) || error.code.startsWith('fault.') || error.code === 'limit.memory') throw error;
    if (batch.messages.length === 1) {
      onDamage(error);
      return [];
    }
    const parts: (readonly Uint8Array[])[] = [];
    for (const message of batch.messages) parts.push(await repack(engine, { ...batch, messages: [message] }, options, onDamage));
    return parts.flat();
  }
}
