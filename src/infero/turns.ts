let last: Promise<unknown> = Promise.resolve();

/**
 * Does work of a library on the device alone, after all that was asked for before. ONNX Runtime is one WebAssembly instance for the whole
 * process and cannot be entered twice: two sessions at once, of whatever engines, corrupt its memory. TensorFlow.js has one current
 * backend. And what the device refuses is told apart by error scopes, which nest. Hence a queue for the process.
 */
export function exclusively<R>(work: () => Promise<R>): Promise<R> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}
