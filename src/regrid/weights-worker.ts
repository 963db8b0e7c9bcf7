/** A worker thread that makes rows of interpolation weights for `weights-pool`. */
import { DteError } from '../base/index.js';
import { parentPort } from '../base/node.js';
import { builtinMethods, type Method, type Problem } from './methods.js';
import type { WorkerReply, WorkerRequest } from './weights-pool.js';

let loading: Promise<Method> | undefined;
let problem: Problem | undefined;

parentPort.onMessage((message) => {
  answer(message as WorkerRequest).catch((error: unknown) => {
    const failure: WorkerReply =
      error instanceof DteError
        ? { kind: 'failure', code: error.code, reason: error.reason }
        : { kind: 'failure', code: 'fault.internal', reason: `making interpolation weights failed: ${String(error)}` };
    parentPort.post(failure);
  });
});

async function answer(request: WorkerRequest): Promise<void> {
  if (request.kind === 'problem') {
    problem = request.problem;
    loading = builtinMethods.get(request.method)?.();
    return;
  }
  const method = await loading;
  if (method === undefined || problem === undefined)
    throw new DteError('fault.internal', 'rows were asked for before the problem was posted');
  const block = method.rows(problem, request.start, request.end);
  const reply: WorkerReply = { kind: 'rows', block };
  parentPort.post(reply);
}
