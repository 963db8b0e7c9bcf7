/** Key of a store: a path from the root of the hierarchy, parts separated by slashes. */
export type ZarrKey = `/${string}`;

export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

export interface GetOptions {
  readonly signal?: AbortSignal;
}

/** What is known of a value without making it. */
export interface ZarrValueInfo {
  readonly sizeBytes: number;
  /** Changes with the octets: names where they come from. 16 hexadecimal digits. */
  readonly tag: string;
}

/**
 * A Zarr v3 hierarchy that is only read: the `Readable` of zarrita, and what an HTTP door or a writer of folders needs beside. A key
 * without a value gives undefined; a chunk none of whose fields exist has none, which readers take for the fill value.
 */
export interface ZarrStore {
  get(key: ZarrKey, options?: GetOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  getRange(key: ZarrKey, range: ByteRange, options?: GetOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  info(key: ZarrKey): ZarrValueInfo | undefined;
  /** Every key that has a value: chunks before the metadata of their array, that of the root last. */
  keys(): Iterable<ZarrKey>;
  /** The arrays that hold fields, in the order of their names. */
  readonly arrays: readonly ZarrArrayInfo[];
  /** Ends the threads that decode, where the store started them itself. */
  close(): Promise<void>;
}

/** One array of fields. */
export interface ZarrArrayInfo {
  /** Empty for an array that is the root. */
  readonly name: string;
  readonly dimensions: readonly ZarrDimension[];
  /** Chunks that hold at least one field, and all. */
  readonly chunks: number;
  readonly allChunks: number;
  /** Fields that are in the store, and all that the array has room for. */
  readonly fields: number;
  readonly allFields: number;
  /** Of one chunk. */
  readonly chunkBytes: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ZarrDimension {
  readonly name: string;
  readonly size: number;
  readonly chunk: number;
}

/** How many neighbours along a dimension lie in one chunk: one, all, or so many, which must divide the dimension. */
export type Chunking = 'single' | 'whole' | number;
