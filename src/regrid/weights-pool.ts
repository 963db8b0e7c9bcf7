import { DteError, type Context, type ErrorCode, type WorkerHandle } from '../base/index.js';
import type { Matrix } from './matrix.js';
import type { Problem } from './methods.js';

/** What the workers are told, in this order: once the task, then ranges of rows. */
export type WorkerRequest =
  | { readonly kind: 'problem'; readonly method: string; readonly problem: Problem }
  | { readonly kind: 'rows'; readonly start: number; readonly end: number };

export type WorkerReply =
  | { readonly kind: 'rows'; readonly block: Matrix }
  | { readonly kind: 'failure'; readonly code: ErrorCode; readonly reason: string };

/** Ranges for each thread: several, because rows near the poles cost more than others. */
const rangesPerThread = 4;

export function cancelled(): DteError {
  return new DteError('fault.cancelled', 'the making of interpolation weights was cancelled');
}

/** The rows of all target points, made by `threads` workers: blocks in the order of the rows. */
export async function rowsOnWorkers(context: Context, method: string, problem: Problem, threads: number): Promise<Matrix[]> {
  const rows = problem.target.points;
  const ranges = Math.min(threads * rangesPerThread, rows);
  const boundary = (range: number): number => Math.floor((rows * range) / ranges);
  const blocks: Matrix[] = new Array<Matrix>(ranges);
  const workers: WorkerHandle[] = [];
  const assigned = new Map<WorkerHandle, number>();
  let next = 0;
  let done = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      context.signal?.addEventListener('abort', () => reject(cancelled()), { once: true });
      for (let thread = 0; thread < Math.min(threads, ranges); thread++) {
        const worker = context.workers.start(new URL('./weights-worker.js', import.meta.url));
        workers.push(worker);
        const deal = (): void => {
          if (next === ranges) return;
          const range = next++;
          post(worker, { kind: 'rows', start: boundary(range), end: boundary(range + 1) });
          assigned.set(worker, range);
        };
        worker.onFailure((error) =>
          reject(new DteError('fault.internal', 'a thread that makes interpolation weights died', { cause: error })),
        );
        worker.onMessage((message) => {
          const reply = message as WorkerReply;
          if (reply.kind === 'failure') {
            reject(new DteError(reply.code, reply.reason));
            return;
          }
          blocks[assigned.get(worker) as number] = reply.block;
          done++;
          context.progress({ task: 'weights', done: boundary(done), total: rows, unit: 'rows' });
          if (done === ranges) resolve();
          else deal();
        });
        post(worker, { kind: 'problem', method, problem });
        deal();
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return blocks;
}

function post(worker: WorkerHandle, request: WorkerRequest): void {
  worker.post(request);
}
