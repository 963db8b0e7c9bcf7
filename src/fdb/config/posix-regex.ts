import { DteError } from '../../base/index.js';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
};

/**
 * A POSIX extended regular expression as one of JavaScript: character classes by name, and repeated quantifiers, which POSIX reads as
 * one (`00**`). `input.config` for one that neither understands; `what` names the place.
 */
export function posixRegex(text: string, what: string): RegExp {
  const source = text
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\*[*+?]+/g, '*')
    .replace(/^\*/, '\\*');
  try {
    return new RegExp(source);
  } catch (error) {
    throw new DteError('input.config', `${what}: '${text}' is not a regular expression`, {
      hint: 'POSIX extended syntax is understood',
      cause: error,
    });
  }
}
