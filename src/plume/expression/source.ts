import { DteError, type Where } from '../../base/index.js';

/** A text of formulas and where it stands, so that messages can point into the file that it comes from. */
export interface Source {
  readonly text: string;
  readonly file?: string;
  /** Line of the file that the text begins in; 1 by default. */
  readonly firstLine?: number;
}

/** A fault at a position of the text: the message tells line and column and shows the line. */
export function faultAt(source: Source, at: number, reason: string, hint?: string): DteError {
  const before = source.text.slice(0, at).split('\n');
  const column = (before[before.length - 1] as string).length + 1;
  const line = source.text.split('\n')[before.length - 1] as string;
  const where: Where = {
    ...(source.file === undefined ? {} : { file: source.file }),
    line: before.length + (source.firstLine ?? 1) - 1,
  };
  return new DteError('input.syntax', `${reason}, column ${column} of '${line.trim()}'`, {
    where,
    ...(hint === undefined ? {} : { hint }),
  });
}
