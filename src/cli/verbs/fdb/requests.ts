import { DteError } from '../../../base/index.js';
import type { Selection } from '../../../fdb/index.js';
import { expandRequest, formatRequest, type MarsRequest, marsLanguage, parseKeywords, parseRequests } from '../../../mars/index.js';
import type { Terminal } from '../../terminal/terminal.js';

/** Options that every verb with requests has. */
export interface RequestOptions {
  readonly config?: string;
  readonly raw?: true;
  readonly ignoreErrors?: true;
  readonly all?: true;
  readonly minimumKeys?: string;
}

/** One argument of the command line, ready to be looked up. */
export interface ToolRequest {
  readonly selection: Selection;
  /** As listings show it above their lines; ends with an empty line. */
  readonly banner: string;
  /** On one line, for messages. */
  readonly text: string;
}

const everything: ToolRequest = { selection: new Map(), banner: ' -- ALL --\n', text: 'everything' };

/**
 * The requests that the arguments name, expanded without defaults: a keyword that is not given accepts anything.
 * Errors: 'input.option' without any, 'input.keyword' when one lacks a keyword that the verb insists on, and those of the language.
 */
export async function toolRequests(terminal: Terminal, args: readonly string[], options: RequestOptions): Promise<readonly ToolRequest[]> {
  const minimum = (options.minimumKeys ?? '').split(',').filter((keyword) => keyword !== '');
  if (options.all === true) return [allOf(args, minimum)];
  if (args.length === 0) {
    throw new DteError('input.option', 'no request is given', {
      hint: 'give one such as class=rd,expver=xywz, or --all with --minimum-keys=',
    });
  }
  const requests: ToolRequest[] = [];
  for (const arg of args) requests.push(toolRequest(await requestOf(terminal, arg, options), minimum));
  return requests;
}

function allOf(args: readonly string[], minimum: readonly string[]): ToolRequest {
  if (minimum.length > 0) {
    throw new DteError('input.option', `--all is everything, and '${minimum.join(',')}' must be given`, {
      where: { option: '--all' },
      hint: 'add --minimum-keys= to mean it',
    });
  }
  if (args.length > 0) throw new DteError('input.option', `--all and request '${args[0]}' are both given`, { where: { option: '--all' } });
  return everything;
}

/** One request of the command line, without a verb. */
export async function requestOf(terminal: Terminal, text: string, { raw }: Pick<RequestOptions, 'raw'>): Promise<MarsRequest> {
  const request: MarsRequest = { verb: 'retrieve', keywords: parseKeywords(text) };
  return raw === true ? request : await expanded(terminal, request);
}

/** The requests of a text, with their verbs; or without a verb, one. */
export async function requestsOf(
  terminal: Terminal,
  text: string,
  { raw, file }: { readonly raw?: boolean; readonly file?: string },
): Promise<readonly MarsRequest[]> {
  const parsed = parseRequests(text, file === undefined ? {} : { file });
  if (raw === true) return parsed;
  const requests: MarsRequest[] = [];
  for (const request of parsed) requests.push(await expanded(terminal, request));
  return requests;
}

/** Keywords stay in the order in which they were given, as upstream prints them. */
async function expanded({ context }: Terminal, request: MarsRequest): Promise<MarsRequest> {
  const full = expandRequest(await marsLanguage(context), request, { inherit: false, today: context.clock.now() });
  const given = [...request.keywords.keys()].filter((keyword) => full.keywords.has(keyword));
  const order = new Set([...given, ...full.keywords.keys()]);
  return { ...full, keywords: new Map([...order].map((keyword) => [keyword, full.keywords.get(keyword) ?? []])) };
}

function toolRequest(request: MarsRequest, minimum: readonly string[]): ToolRequest {
  for (const keyword of minimum) {
    if (request.keywords.has(keyword)) continue;
    throw new DteError('input.keyword', `request '${oneLine(request)}' has no value for '${keyword}'`, {
      hint: `every request must have ${minimum.join(', ')}; --minimum-keys= lifts that`,
    });
  }
  return { selection: request.keywords, banner: `${formatRequest(request)}\n\n\n`, text: oneLine(request) };
}

/** `class=rd,step=0/6`. */
export function oneLine({ keywords }: Pick<MarsRequest, 'keywords'>): string {
  return [...keywords].map(([keyword, values]) => `${keyword}=${values.join('/')}`).join(',');
}
