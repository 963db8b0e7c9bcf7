/** Octets that are wanted, ascending and apart: those that lie close together are read as one. */
export class Pieces {
  readonly starts: number[] = [];
  readonly lengths: number[] = [];
  readonly #nearby: number;

  /** Pieces with up to `nearby` octets between them become one. */
  constructor(nearby: number) {
    this.#nearby = nearby;
  }

  /** Wants octets [start, end); starts never descend. */
  add(start: number, end: number): void {
    const last = this.starts.length - 1;
    const lastStart = this.starts[last];
    if (lastStart === undefined || start > lastStart + (this.lengths[last] as number) + this.#nearby) {
      this.starts.push(start);
      this.lengths.push(end - start);
    } else this.lengths[last] = Math.max(this.lengths[last] as number, end - lastStart);
  }
}

/** Reads over pieces from front to back. */
export class PieceReader {
  readonly #pieces: Pieces;
  readonly #bytes: readonly Uint8Array[];
  #index = 0;

  constructor(pieces: Pieces, bytes: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.#bytes = bytes;
  }

  /** The octets of the piece that holds octet `at`, and where they begin. Calls never descend. */
  at(at: number): { readonly bytes: Uint8Array; readonly start: number } {
    const { starts, lengths } = this.#pieces;
    while (at >= (starts[this.#index] as number) + (lengths[this.#index] as number) && this.#index < starts.length - 1) this.#index++;
    return { bytes: this.#bytes[this.#index] as Uint8Array, start: starts[this.#index] as number };
  }
}
