import { DteError, type ErrorCode, isDteError, type Where } from '../../base/index.js';
import type { Program } from './program.js';

export type Request =
  | { readonly id: number; readonly kind: 'program'; readonly program: Program }
  | { readonly id: number; readonly kind: 'load'; readonly modules: readonly string[] }
  | { readonly id: number; readonly kind: 'task'; readonly module: string; readonly name: string; readonly args: unknown };

/** An error in a form that survives the way between threads. */
export interface Failure {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly where: Where;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure };

export function failureOf(error: unknown): Failure {
  if (isDteError(error)) return { code: error.code, reason: error.reason, where: error.where, hint: error.hint, stack: error.stack };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'fault.internal', reason: message, where: {}, hint: undefined, stack };
}

export function errorOf(failure: Failure): DteError {
  const error = new DteError(failure.code, failure.reason, {
    where: failure.where,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  });
  if (failure.stack !== undefined) error.stack = failure.stack;
  return error;
}
