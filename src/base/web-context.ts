import type { Context } from './context.js';
import { DteError } from './errors.js';
import { silentLog } from './log.js';
import { type WebFile, webFiles } from './web-files.js';

export interface WebContextOptions {
  /** What can be opened, by the path that it is opened by. A page has no other files. */
  readonly files?: ReadonlyMap<string, WebFile>;
}

/**
 * The context of a page, or of a worker that the page has started: its own WebGPU, its clock, the files it is given; silent log, no
 * progress, no environment, no worker threads (all host work is done by the caller, so a page that must stay responsive opens its
 * engine in a Web Worker). Nothing is loaded before it is needed. Override by spreading: `{ ...webContext(), log }`.
 */
export function webContext({ files = new Map() }: WebContextOptions = {}): Context {
  return {
    log: silentLog,
    clock: { now: () => Date.now(), elapsedMs: () => performance.now() },
    fs: webFiles(files),
    workers: {
      threads: 0,
      start() {
        throw new DteError('fault.internal', 'a worker thread was asked for in a page, whose context has none');
      },
    },
    env: {},
    progress: () => {},
    // A page has one WebGPU; which of its adapters is taken is decided by what they say of themselves.
    gpu: async () => (globalThis.navigator as Navigator | undefined)?.gpu,
    asset: (path) => webAsset(path),
  };
}

async function webAsset(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { webAssets } = await import('./web-assets.js');
  const locate = webAssets[path];
  if (locate === undefined) {
    throw new DteError('absent.file', `'${path}' is not among the files that this package takes into a page`);
  }
  const found = await locate();
  return found instanceof URL ? download(path, found) : new TextEncoder().encode(found);
}

async function download(path: string, url: URL): Promise<Uint8Array<ArrayBuffer>> {
  let reason: string;
  let cause: unknown;
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    reason = `the server answered ${response.status}`;
  } catch (error) {
    reason = (error as Error).message;
    cause = error;
  }
  throw new DteError('fault.read', `'${path}' of this package cannot be loaded from ${url.href}: ${reason}`, {
    cause,
    hint: 'the bundler must copy files named by new URL(..., import.meta.url)',
  });
}
