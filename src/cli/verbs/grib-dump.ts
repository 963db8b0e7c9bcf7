import { dump, type DumpedKey, type Message } from '../../grib/index.js';
import { cellText } from '../terminal/listing.js';
import type { Terminal } from '../terminal/terminal.js';
import { placeOf } from './grib-ls.js';
import { messagesIn, oneMessage } from './messages-in.js';

export interface DumpOptions {
  readonly message?: number;
  readonly json?: true;
}

/** Longer lists are cut in the text, never in JSON. */
const shownValues = 12;

/** Every key of every section of one message, or of all. */
export async function gribDump(terminal: Terminal, input: string, options: DumpOptions): Promise<void> {
  const { message: number, json } = options;
  const chosen = number === undefined ? messagesIn(terminal, [input], {}) : fieldsOf(terminal, input, number);
  let first = true;
  try {
    for await (const message of chosen) {
      const text = json === true ? `${first ? '[' : ','}\n${jsonOf(input, message)}` : textOf(input, message);
      first = false;
      await terminal.print(text);
    }
  } finally {
    if (json === true) await terminal.print(first ? '[]\n' : '\n]\n');
  }
}

async function* fieldsOf(terminal: Terminal, input: string, number: number): AsyncGenerator<Message> {
  const first = await oneMessage(terminal, input, number);
  yield first;
  for (let field = 2; field <= first.fields; field++) yield await oneMessage(terminal, input, number, field);
}

function jsonOf(input: string, message: Message): string {
  return JSON.stringify({
    ...placeOf(input, message),
    edition: message.edition,
    offset: message.where.offset,
    length: message.bytes.length,
    sections: dump(message),
  });
}

function textOf(input: string, message: Message): string {
  const { messageNumber, fieldNumber, fields, edition, bytes, where } = message;
  const field = fields > 1 ? `, field ${fieldNumber} of ${fields}` : '';
  const lines = [`${input}: message ${messageNumber}${field}, edition ${edition}, ${bytes.length} bytes at ${where.offset ?? 0}`];
  for (const { section, start, length, keys } of dump(message)) {
    lines.push(`section ${section}, ${length} bytes at ${start}`);
    for (const key of keys) lines.push(lineOf(key));
  }
  return `${lines.join('\n')}\n\n`;
}

function lineOf({ key, octets: [first, last], value, meaning }: DumpedKey): string {
  const place = first === last ? `${first}` : `${first}-${last}`;
  const isLong = Array.isArray(value) && value.length > shownValues;
  const text = isLong ? `${cellText(value.slice(0, shownValues))} ... (${value.length} values)` : cellText(value);
  return `  ${place.padStart(9)}  ${key} = ${text}${meaning === undefined ? '' : ` (${meaning})`}`;
}
