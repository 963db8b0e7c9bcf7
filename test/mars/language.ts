import { nodeContext } from '../../src/base/node-context.js';
import { type ExpandOptions, expandRequests, formatValues, type MarsLanguage, marsLanguage, parseRequests } from '../../src/mars/index.js';

export const language: MarsLanguage = await marsLanguage(nodeContext());

/** A Friday, in the evening. */
export const today = Date.parse('2024-03-01T21:00:00Z');

/** Values by keyword, joined by '/', of the last request of a text. */
export function expanded(text: string, options: Partial<ExpandOptions> = {}): Readonly<Record<string, string>> {
  const request = expandRequests(language, parseRequests(text), { inherit: false, today, ...options }).at(-1);
  return Object.fromEntries([...(request?.keywords ?? [])].map(([keyword, values]) => [keyword, formatValues(values)]));
}

/** What one keyword's values become. */
export function values(keyword: string, text: string): string | undefined {
  return expanded(`retrieve,${keyword}=${text}`)[keyword];
}

/** A message of what is refused, or '' where nothing is. */
export function refusal(text: string, options: Partial<ExpandOptions> = {}): string {
  try {
    expanded(text, options);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
