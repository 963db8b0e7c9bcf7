import { fileUrl } from '../../../base/file-url.js';
import { parentPort } from '../../../base/worker-port.js';
import type { ToPlugin } from '../messages.js';
import { type Brought, Session } from './session.js';

const session = new Session({
  // The owner sees the outputs in shared memory.
  post: (message) => parentPort.post(message),
  load: async (lib) => (await import(fileUrl(lib).href)) as unknown,
});

parentPort.onMessage((received) => {
  const { message, ...brought } = received as { readonly message: ToPlugin } & Brought;
  void session.receive(message, brought);
});
