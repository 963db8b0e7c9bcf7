import { DteError } from '../../base/index.js';
import { gribTables, type Message, messages } from '../../grib/index.js';
import type { Terminal } from '../terminal/terminal.js';

export interface MessagesInOptions {
  /** Damaged messages are reported and passed over; otherwise the first is thrown. */
  readonly keepGoing?: boolean;
  /** Show progress by bytes under this name. */
  readonly task?: string;
}

/** The fields of several files in order, each with the file that it is from. */
export async function* messagesIn(
  terminal: Terminal,
  inputs: readonly string[],
  { keepGoing, task }: MessagesInOptions,
): AsyncGenerator<Message> {
  const { context } = terminal;
  const tables = await gribTables(context);
  const total = task === undefined ? undefined : await totalBytes(terminal, inputs);
  let done = 0;
  let fields = 0;
  for (const input of inputs) {
    const file = await context.fs.open(input);
    try {
      const options = {
        tables,
        ...(keepGoing === true ? { onDamage: terminal.damage } : {}),
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      };
      for await (const message of messages(file, options)) {
        yield message;
        fields++;
        if (message.fieldNumber === message.fields) done += message.bytes.length;
        if (task !== undefined) context.progress({ task, done, total, unit: 'bytes', fields });
      }
    } finally {
      await file.close();
    }
  }
}

async function totalBytes({ context }: Terminal, inputs: readonly string[]): Promise<number | undefined> {
  let total = 0;
  for (const input of inputs) {
    const info = input === '-' ? undefined : await context.fs.info(input);
    if (info === undefined) return undefined;
    total += info.sizeBytes;
  }
  return total;
}

/** The field `field` of message `number`; damage elsewhere in the file does not matter. Errors: `absent.field`, and the damage of that message. */
export async function oneMessage({ context }: Terminal, input: string, number: number, field = 1): Promise<Message> {
  const file = await context.fs.open(input);
  try {
    let count = 0;
    const onDamage = (error: DteError): void => {
      count = Math.max(count, error.where.message ?? 0);
      if (error.where.message === undefined || error.where.message === number) throw error;
      context.log.warn('grib.damaged', { reason: error.message });
    };
    const options = { tables: await gribTables(context), onDamage, ...(context.signal === undefined ? {} : { signal: context.signal }) };
    for await (const message of messages(file, options)) {
      count = message.messageNumber;
      if (count !== number) continue;
      if (field <= message.fields) {
        if (message.fieldNumber === field) return message;
        continue;
      }
      throw new DteError('absent.field', `field ${field} of message ${number} does not exist`, {
        where: { file: input },
        hint: `that message has ${message.fields}`,
      });
    }
    throw new DteError('absent.field', `message ${number} does not exist`, { where: { file: input }, hint: `the file has ${count}` });
  } finally {
    await file.close();
  }
}
