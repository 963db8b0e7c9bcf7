import { expandRequests, flattenRequest, formatRequest, type MarsLanguage, type MarsRequest } from '../../mars/index.js';
import { openListing } from '../terminal/listing.js';
import type { Terminal } from '../terminal/terminal.js';
import { jsonOf, languageAndOptions, type MarsOptions, requestsIn } from './mars-input.js';

export interface MarsExpandOptions extends MarsOptions {
  readonly flatten?: true;
}

const linesAtOnce = 1000;

/** Prints requests expanded, or all their fields. Errors: `input.syntax`, `input.keyword`, `input.value`. */
export async function marsExpand(terminal: Terminal, input: string, options: MarsExpandOptions): Promise<void> {
  const requests = await requestsIn(terminal, input);
  const [language, expandOptions] = await languageAndOptions(terminal, options);
  const expanded = expandRequests(language, requests, expandOptions);
  if (options.flatten === true) await printFields(terminal, language, expanded, options.json === true);
  else if (options.json === true) await terminal.print(`${JSON.stringify(expanded.map(jsonOf), null, 2)}\n`);
  else await terminal.print(expanded.map((request) => `${formatRequest(request)}\n`).join('\n'));
}

async function printFields(terminal: Terminal, language: MarsLanguage, requests: readonly MarsRequest[], json: boolean): Promise<void> {
  if (json) {
    const listing = openListing(terminal, true);
    for (const request of requests) for (const field of flattenRequest(request, language)) await listing.row(field, {});
    await listing.end();
    return;
  }
  let lines: string[] = [];
  for (const request of requests) {
    const verb = language.verb(request.verb);
    for (const field of flattenRequest(request, language)) {
      const keywords = new Map(request.keywords);
      for (const [keyword, value] of field) if (verb.keyword(keyword)?.flattens !== false) keywords.set(keyword, [value]);
      lines.push(formatRequest({ verb: request.verb, keywords }, { line: true }));
      if (lines.length >= linesAtOnce) {
        await terminal.print(`${lines.join('\n')}\n`);
        lines = [];
      }
    }
  }
  if (lines.length > 0) await terminal.print(`${lines.join('\n')}\n`);
}
