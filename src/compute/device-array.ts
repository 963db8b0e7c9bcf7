import { DteError } from '../base/index.js';
import type { ElementType } from './element.js';

/** Memory of an executor behind a device array; only the executor that made it knows what is inside. */
export interface Storage {
  readonly sizeBytes: number;
}

/** An array in the memory of one executor. Its elements stay there until `engine.read`. */
export class DeviceArray<T extends ElementType = ElementType> {
  readonly type: T;
  readonly length: number;
  #storage: Storage | undefined;
  readonly #free: (storage: Storage) => void;

  constructor(type: T, length: number, storage: Storage, free: (storage: Storage) => void) {
    this.type = type;
    this.length = length;
    this.#storage = storage;
    this.#free = free;
  }

  get released(): boolean {
    return this.#storage === undefined;
  }

  /** For executors. Throws when the array was released. */
  get storage(): Storage {
    if (this.#storage === undefined) {
      throw new DteError('fault.internal', `a released device array of ${this.length} ${this.type} was used`, {
        hint: 'return the array from the pass to keep it, and release it only after its last use',
      });
    }
    return this.#storage;
  }

  /** Gives the memory back to the executor's pool. A second call does nothing. */
  release(): void {
    if (this.#storage === undefined) return;
    this.#free(this.#storage);
    this.#storage = undefined;
  }

  /** Device arrays belong to one thread: they cannot be sent to another. */
  toJSON(): never {
    throw new DteError('fault.internal', 'a device array cannot be serialised; read it with engine.read first');
  }
}

/** Every device array reachable in a value through arrays, maps and plain or class objects. */
export function arraysIn(value: unknown, found = new Set<DeviceArray>(), seen = new Set<object>()): Set<DeviceArray> {
  if (value instanceof DeviceArray) {
    found.add(value);
    return found;
  }
  if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) return found;
  seen.add(value);
  const members = value instanceof Map || value instanceof Set ? value.values() : Array.isArray(value) ? value : Object.values(value);
  for (const member of members) arraysIn(member, found, seen);
  return found;
}
