import { DteError, type WritableFile } from '../../base/index.js';
import { get, type Message } from '../../grib/index.js';
import { expandInputs } from '../inputs.js';
import { cellText } from '../terminal/listing.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText, sizeText } from '../terminal/text.js';
import { messagesIn } from './messages-in.js';
import { refuseTerminal } from './output.js';
import { parseWhere } from './where.js';

export interface CopyOptions {
  readonly output: string;
  readonly where?: string;
  readonly json?: true;
  readonly keepGoing?: true;
}

/** Files that can be open at once under the usual limit of a process (1024), with room to spare. */
const mostOutputs = 900;

/** Messages as they are. A message of several fields is copied whole, once, when one of them is wanted. */
export async function gribCopy(terminal: Terminal, args: readonly string[], options: CopyOptions): Promise<void> {
  const inputs = await expandInputs(args);
  const isWanted = parseWhere(options.where);
  refuseTerminal(options.output);
  const outputs = new Map<string, WritableFile>();
  const done = { messages: 0, bytes: 0 };
  let last: Uint8Array | undefined;
  try {
    if (!options.output.includes('[')) await outputFor(terminal, outputs, options.output);
    for await (const message of messagesIn(terminal, inputs, { keepGoing: options.keepGoing === true, task: 'copy' })) {
      if (message.bytes === last || !isWanted(message)) continue;
      last = message.bytes;
      const file = await outputFor(terminal, outputs, filledIn(options.output, message));
      await file.write(message.bytes);
      done.messages++;
      done.bytes += message.bytes.length;
    }
    for (const file of outputs.values()) await file.commit();
  } catch (error) {
    for (const file of outputs.values()) await file.discard();
    throw error;
  }
  if (options.json === true && options.output !== '-') await terminal.print(`${JSON.stringify({ ...done, files: [...outputs.keys()] })}\n`);
  else terminal.note(`${countedText(done.messages, 'message')}, ${sizeText(done.bytes)}, in ${countedText(outputs.size, 'file')}`);
}

async function outputFor({ context }: Terminal, outputs: Map<string, WritableFile>, path: string): Promise<WritableFile> {
  const open = outputs.get(path);
  if (open !== undefined) return open;
  if (outputs.size >= mostOutputs) {
    throw new DteError('limit.memory', `more than ${mostOutputs} output files`, {
      hint: 'select with --where, or use fewer keys in the output name',
    });
  }
  const file = await context.fs.create(path);
  outputs.set(path, file);
  return file;
}

/** `[key]` becomes the key's value; what would be a folder in it becomes an underscore. */
function filledIn(pattern: string, message: Message): string {
  return pattern.replace(/\[([\w.]+)\]/g, (_, key: string) => cellText(get(message, key)).replace(/[/\\]/g, '_'));
}
