import { isWordCode } from './parse.js';
import type { MarsRequest } from './request.js';

/**
 * A request as text, one keyword a line: `retrieve,` and a tab before each keyword; on one line with `{ line: true }`.
 * What `parseRequests` makes of it is the same request.
 */
export function formatRequest(request: Pick<MarsRequest, 'verb' | 'keywords'>, { line = false }: { readonly line?: boolean } = {}): string {
  const separator = line ? ',' : ',\n\t';
  let text = request.verb;
  for (const [keyword, values] of request.keywords) text += `${separator}${keyword}=${formatValues(values)}`;
  return text;
}

/** Values with `/` between, those in quotes that hold other characters than words do. */
export function formatValues(values: readonly string[]): string {
  if (values.length === 1 && values[0] === '') return '""';
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as string;
    // A point at the end of the last value would end the request.
    const last = i === values.length - 1;
    text += `${i === 0 ? '' : '/'}${isPlain(value) && !(last && (value === '' || value.endsWith('.'))) ? value : quote(value)}`;
  }
  return text;
}

function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (!isWordCode(value.charCodeAt(i))) return false;
  return true;
}

function quote(value: string): string {
  return `"${value.replace(/["\\\b\f\n\r\t]/g, (character) => `\\${escapes[character] ?? character}`)}"`;
}

const escapes: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };
