import { type DeviceArray, type ElementType, type Engine, Pass } from '../compute/index.js';

/**
 * Device arrays that parts of a recording use one after another: what one part allocates the next may have again, because steps run in
 * order. They stay until `release`, so a recording made once can be run over and over.
 */
export class WorkMemory {
  readonly #engine: Engine;
  readonly #arrays = new Map<string, DeviceArray[]>();
  readonly #used = new Map<string, number>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A pass whose arrays are those of the pass before. */
  nextPass(): Pass {
    this.#used.clear();
    return new Pass((type, length) => this.#allocate(type, length), this.#engine.info.maxBindingBytes);
  }

  #allocate<T extends ElementType>(type: T, length: number): DeviceArray<T> {
    const key = `${type} ${length}`;
    const arrays = this.#arrays.get(key) ?? [];
    this.#arrays.set(key, arrays);
    const index = this.#used.get(key) ?? 0;
    this.#used.set(key, index + 1);
    const array = arrays[index] ?? this.#engine.allocate(type, length);
    arrays[index] = array;
    return array as DeviceArray<T>;
  }

  release(): void {
    for (const arrays of this.#arrays.values()) for (const array of arrays) array.release();
    this.#arrays.clear();
  }
}
