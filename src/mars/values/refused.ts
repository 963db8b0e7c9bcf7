import { DteError } from '../../base/index.js';

/** The error of a value that a type does not take; who knows the keyword puts it in front of the reason. */
export function refused(text: string, kind: string, hint: string): DteError {
  return new DteError('input.value', `'${text}' is not ${kind}`, { hint });
}
