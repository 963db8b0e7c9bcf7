import { DteError, type Where } from '../../base/index.js';

/** The WGSL that a plugin brings, and where it stands. */
export interface ShaderText {
  readonly text: string;
  readonly file?: string;
  /** Line of the file that the text begins in; 1 by default. */
  readonly firstLine?: number;
}

/** What the text may not mention, and what it is told instead. */
export interface Taboo {
  readonly names: ReadonlyMap<string, string>;
}

/** The place of a line (from 1) of the text. */
export function lineOf({ file, firstLine = 1 }: ShaderText, line: number): Where {
  return { ...(file === undefined ? {} : { file }), line: line + firstLine - 1 };
}

interface Token {
  readonly text: string;
  readonly at: number;
  readonly line: number;
}

/** WGSL has seven ends of lines; a comment ends at any of them. */
const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
const pattern = new RegExp(
  [
    `(?<line>${lineEnd.source})`,
    '(?<space>[ \\t\\u200e\\u200f]+)',
    '(?<remark>//[^\\n\\v\\f\\r\\u0085\\u2028\\u2029]*)',
    '(?<token>@?[\\p{L}_][\\p{L}\\p{N}_]*|/\\*|.)',
  ].join('|'),
  'uys',
);

/** Attributes that say nothing about bindings, entry points or stages. */
const harmless = new Set(['@must_use', '@const', '@align', '@size', '@diagnostic']);

const engineDeclares =
  'the engine declares bindings and the entry point; read and write through the functions named after inputs and outputs';
const oneInvocation = 'every invocation computes its own index and sees nothing of the others';

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/^(override|enable|requires|diagnostic)$/, 'constants and features are those of the engine'],
  [/^(storage|uniform)$/, engineDeclares],
  [/^(workgroup|atomic|(workgroup|storage|texture)Barrier|workgroupUniformLoad|subgroup\w*|quad[A-Z]\w*)$/, oneInvocation],
  [/^(texture|sampler)\w*$/, engineDeclares],
  [/^dte_/, "names that begin with 'dte_' are the engine's"],
  [/^main$/, "the entry point is the engine's; it calls 'run'"],
];

/**
 * The text with a bound put on its loops, refused with `input.plugin` and the line when it declares bindings, entry points or shared
 * memory, or uses a name that it may not. Lines stay where they are. It must define `fn run()`.
 *
 * A shader cannot be stopped once it runs, and a device that hangs takes the whole process with it: so every loop also ends, by
 * `dte_spent()`, after as many rounds as the invocation may make in all.
 */
export function guardedText(source: ShaderText, taboo: Taboo): string {
  const tokens = tokensOf(source);
  for (const token of tokens) refuse(source, token, taboo);
  if (!tokens.some(({ text }, index) => text === 'run' && tokens[index - 1]?.text === 'fn')) {
    throw new DteError('input.plugin', "the WGSL defines no 'fn run()'", {
      where: lineOf(source, 1),
      hint: 'run is called once for each index',
    });
  }
  const insertions = tokens.flatMap((token, index) => (isLoop(token) ? [bodyStart(source, tokens, index)] : []));
  let text = '';
  let from = 0;
  for (const at of insertions.toSorted((a, b) => a - b)) {
    text += `${source.text.slice(from, at)} if (dte_spent()) { break; }`;
    from = at;
  }
  return text + source.text.slice(from);
}

/** Names that the text uses as functions or values. */
export function wordsIn(source: ShaderText): ReadonlySet<string> {
  return new Set(tokensOf(source).map(({ text }) => text));
}

function tokensOf(source: ShaderText): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let depth = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(source.text); match !== null; match = pattern.exec(source.text)) {
    const { groups = {}, index } = match;
    const word = match[0];
    if (groups['line'] !== undefined) line++;
    else if (depth > 0 || groups['token'] === '/*') {
      // Comments in slashes and stars nest.
      if (source.text.startsWith('/*', index)) depth++;
      else if (source.text.startsWith('*/', index)) depth--;
      else continue;
      pattern.lastIndex = index + 2;
    } else if (groups['token'] !== undefined) tokens.push({ text: word, at: index, line });
  }
  if (depth > 0) throw new DteError('input.plugin', 'a comment of the WGSL is not closed', { where: lineOf(source, line) });
  return tokens;
}

function refuse(source: ShaderText, { text, line }: Token, taboo: Taboo): void {
  const isAttribute = text.startsWith('@') && !harmless.has(text);
  const reason =
    text === '#'
      ? 'nothing can be imported'
      : isAttribute
        ? engineDeclares
        : (taboo.names.get(text) ?? forbidden.find(([names]) => names.test(text))?.[1]);
  if (reason === undefined) return;
  throw new DteError('input.plugin', `'${text}' has no place in the WGSL of a plugin`, { where: lineOf(source, line), hint: reason });
}

function isLoop({ text }: Token): boolean {
  return text === 'for' || text === 'while' || text === 'loop';
}

/** Just after the brace that opens a loop's body. No expression of WGSL holds a brace. */
function bodyStart(source: ShaderText, tokens: readonly Token[], loop: number): number {
  const brace = tokens.slice(loop).find(({ text }) => text === '{');
  const { text, line } = tokens[loop] as Token;
  if (brace === undefined) throw new DteError('input.plugin', `'${text}' has no body`, { where: lineOf(source, line) });
  return brace.at + 1;
}
