interface Releasable {
  release(): void;
}

/** Parts that hold memory of the device, given back together: also when the rest of what they belong to cannot be had. */
export class Kept implements Releasable {
  readonly #parts: Releasable[] = [];

  keep<P extends Releasable>(part: P): P {
    this.#parts.push(part);
    return part;
  }

  release(): void {
    for (const part of this.#parts) part.release();
  }
}
