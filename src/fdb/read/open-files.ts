import type { ReadableFile } from '../../base/index.js';

/** Data files stay open while they may be read again; beyond this many the one that was not used for longest is closed. */
const mostOpen = 64;

interface Opened {
  readonly file: Promise<ReadableFile>;
  readers: number;
}

/** The data files of one retrieval. */
export class OpenFiles {
  readonly #open: (path: string) => Promise<ReadableFile>;
  /** The one used last comes last. */
  readonly #files = new Map<string, Opened>();

  constructor(open: (path: string) => Promise<ReadableFile>) {
    this.#open = open;
  }

  /** Fills `target` from `position` on: how many octets there were. */
  async read(path: string, position: number, target: Uint8Array): Promise<number> {
    const opened = this.#files.get(path) ?? { file: this.#open(path), readers: 0 };
    this.#files.delete(path);
    this.#files.set(path, opened);
    opened.readers++;
    try {
      const file = await opened.file;
      if (file.readInto !== undefined) return await file.readInto(position, target);
      const bytes = await file.read(position, target.length);
      target.set(bytes);
      return bytes.length;
    } finally {
      opened.readers--;
      await this.#closeSome();
    }
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(files.map(({ file }) => closed(file)));
  }

  async #closeSome(): Promise<void> {
    for (const [path, { file, readers }] of this.#files) {
      if (this.#files.size <= mostOpen) return;
      if (readers > 0) continue;
      this.#files.delete(path);
      await closed(file);
    }
  }
}

/** A file that could not be opened has failed its readers already. */
async function closed(file: Promise<ReadableFile>): Promise<void> {
  await file.then(
    (opened) => opened.close(),
    () => {},
  );
}
