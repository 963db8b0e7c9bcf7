import { parentPort as nodePort } from 'node:worker_threads';

/** The owner of this worker thread, as seen from inside. */
export const parentPort = {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void {
    nodePort?.postMessage(message, transfer as ArrayBuffer[] | undefined);
  },
  onMessage(listener: (message: unknown) => void): void {
    nodePort?.on('message', listener);
  },
};
