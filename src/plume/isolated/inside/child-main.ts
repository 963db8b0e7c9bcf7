import { childPort } from '../../../base/child-port.js';
import { fileUrl } from '../../../base/file-url.js';
import { encodeFrame, FrameReader } from '../frames.js';
import type { ToPlugin } from '../messages.js';
import { Session } from './session.js';

const port = childPort();
const reader = new FrameReader(() => Number.MAX_SAFE_INTEGER);
const session = new Session({
  post: (message, arrays) => port.write(encodeFrame(message, arrays)),
  load: async (lib) => (await import(fileUrl(lib).href)) as unknown,
});

port.onInput((bytes) => {
  for (const { message, arrays } of reader.add(bytes)) void session.receive(message as unknown as ToPlugin, { arrays });
});
