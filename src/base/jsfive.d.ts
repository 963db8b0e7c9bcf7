/** What is used of jsfive, which has no types of its own. */
declare module 'jsfive' {
  export interface Dataset {
    readonly shape: readonly number[];
    /** numpy's description of an element, or an array for types that have none. */
    readonly dtype: string | readonly unknown[];
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly value: ArrayLike<number | bigint>;
  }
  export class File {
    constructor(buffer: ArrayBufferLike, name?: string);
    readonly keys: readonly string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    get(path: string): Dataset | object;
  }
}
