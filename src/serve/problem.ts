import { DteError } from '../base/index.js';

/** HTTP status of each family of errors (the part of a code before the dot). */
const statusByFamily: Readonly<Record<string, number>> = {
  input: 400,
  auth: 403,
  absent: 404,
  data: 422,
  limit: 503,
  unsupported: 501,
  fault: 500,
};

/** HTTP status for any thrown value: that of the family of its code; 500 for a foreign error. */
export function statusOf(error: unknown): number {
  if (!(error instanceof DteError)) return 500;
  return statusByFamily[error.code.split('.')[0] as string] ?? 500;
}

/** The body of a failed answer. Source: RFC 9457. A foreign error's message may tell what is nobody's business. */
export function problemOf(error: unknown, status = statusOf(error)): Response {
  const known = error instanceof DteError ? error : undefined;
  return problem(status, { title: known?.code ?? 'fault.internal', detail: known?.message ?? 'an internal error' });
}

export function problem(
  status: number,
  facts: { readonly title: string; readonly detail: string },
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = `${JSON.stringify({ type: 'about:blank', status, ...facts })}\n`;
  return new Response(body, { status, headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers } });
}
