import type { ReadableFile } from '../../base/index.js';

export interface OpenFilesOptions {
  /** Files that nobody has read for so long, or twice that, are closed. Default: when all are. */
  readonly idleMs?: number;
}

/** Data files stay open while they may be read again; beyond this many the one that was not used for longest is closed. */
const mostOpen = 64;

interface Opened {
  readonly file: Promise<ReadableFile>;
  readers: number;
  /** Since the last look at who is idle. */
  isUsed: boolean;
  /** No longer among those that are read from: the last reader closes it. */
  isForgotten: boolean;
}

/** The data files of one retrieval, or of all of a store. */
export class OpenFiles {
  readonly #open: (path: string) => Promise<ReadableFile>;
  readonly #idleMs: number | undefined;
  /** The one used last comes last. */
  readonly #files = new Map<string, Opened>();
  #timer: unknown;

  constructor(open: (path: string) => Promise<ReadableFile>, { idleMs }: OpenFilesOptions = {}) {
    this.#open = open;
    this.#idleMs = idleMs;
  }

  /** Fills `target` from `position` on: how many octets there were. */
  async read(path: string, position: number, target: Uint8Array): Promise<number> {
    const opened = this.#files.get(path) ?? { file: this.#open(path), readers: 0, isUsed: true, isForgotten: false };
    this.#files.delete(path);
    this.#files.set(path, opened);
    opened.readers++;
    opened.isUsed = true;
    try {
      const file = await opened.file;
      if (file.readInto !== undefined) return await file.readInto(position, target);
      const bytes = await file.read(position, target.length);
      target.set(bytes);
      return bytes.length;
    } catch (error) {
      // The next reader tries to open it again.
      if (this.#files.get(path) === opened) this.#forget(path, opened);
      throw error;
    } finally {
      opened.readers--;
      if (opened.isForgotten && opened.readers === 0) await closed(opened.file);
      if (this.#files.size > mostOpen) await this.#closeSome();
      this.#watch();
    }
  }

  /** What is read from now on is opened anew. */
  forget(): void {
    for (const [path, opened] of this.#files) this.#forget(path, opened);
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer as number);
    this.#timer = undefined;
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(files.map(({ file }) => closed(file)));
  }

  #forget(path: string, opened: Opened): void {
    this.#files.delete(path);
    opened.isForgotten = true;
    if (opened.readers === 0) void closed(opened.file);
  }

  async #closeSome(): Promise<void> {
    for (const [path, { file, readers }] of this.#files) {
      if (this.#files.size <= mostOpen) return;
      if (readers > 0) continue;
      this.#files.delete(path);
      await closed(file);
    }
  }

  /** Looks now and then for files that are not used. That alone does not keep a process alive. */
  #watch(): void {
    if (this.#idleMs === undefined || this.#timer !== undefined || this.#files.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const [path, opened] of this.#files) {
        if (!opened.isUsed && opened.readers === 0) this.#forget(path, opened);
        opened.isUsed = false;
      }
      this.#watch();
    }, this.#idleMs);
    (this.#timer as { unref?(): void }).unref?.();
  }
}

/** A file that could not be opened has failed its readers already; what is wrong with closing one does not matter to who has read it. */
async function closed(file: Promise<ReadableFile>): Promise<void> {
  await file.then((opened) => opened.close()).catch(() => {});
}
