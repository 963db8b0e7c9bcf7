import { DteError, isDteError, readWhole } from '../../base/index.js';
import {
  canonicalDate,
  dayOfDate,
  type ExpandOptions,
  type MarsLanguage,
  type MarsRequest,
  marsLanguage,
  parseRequests,
} from '../../mars/index.js';
import type { Terminal } from '../terminal/terminal.js';

export interface MarsOptions {
  readonly inherit: boolean;
  readonly strict?: true;
  readonly today?: string;
  readonly json?: true;
}

const dayMs = 86_400_000;

/** The requests of a file, of standard input (`-`), or of the argument itself. */
export async function requestsIn(terminal: Terminal, input: string): Promise<readonly MarsRequest[]> {
  const { context } = terminal;
  const isFile = input === '-' || (await context.fs.info(input)) !== undefined;
  if (!isFile && !(await isRequest(terminal, input)))
    throw new DteError('absent.file', `'${input}' is neither a file nor a request`, {
      hint: 'a request is a verb and keywords: retrieve,class=od,...',
    });
  const text = isFile ? new TextDecoder().decode(await readWhole(context.fs, input)) : input;
  const requests = parseRequests(text, input === '-' || !isFile ? {} : { file: input });
  if (requests.length === 0)
    throw new DteError('input.syntax', 'no request', {
      ...(isFile ? { where: { file: input } } : {}),
      hint: 'retrieve,class=od,... is understood',
    });
  return requests;
}

/** Commas and equal signs make requests; a word alone is one when it is a verb. */
async function isRequest({ context }: Terminal, input: string): Promise<boolean> {
  if (/[,=\s]/.test(input) || input === '') return true;
  const language = await marsLanguage(context);
  try {
    language.verb(input);
    return true;
  } catch (error) {
    if (isDteError(error, 'input.keyword')) return false;
    throw error;
  }
}

export async function languageAndOptions(terminal: Terminal, options: MarsOptions): Promise<readonly [MarsLanguage, ExpandOptions]> {
  const { context } = terminal;
  const language = await marsLanguage(context);
  const { inherit, strict = false } = options;
  return [language, { inherit, strict, today: todayMs(options.today, context.clock.now()) }];
}

function todayMs(text: string | undefined, now: number): number {
  const day = text === undefined ? undefined : dayOfDate(canonicalDate(text, now));
  if (text !== undefined && day === undefined)
    throw new DteError('input.option', `'${text}' has no year`, { where: { option: '--today' } });
  return day === undefined ? now : day * dayMs;
}

/** What is printed of a request with `--json`. */
export function jsonOf({ verb, keywords }: MarsRequest): {
  readonly verb: string;
  readonly keywords: Readonly<Record<string, readonly string[]>>;
} {
  return { verb, keywords: Object.fromEntries(keywords) };
}
