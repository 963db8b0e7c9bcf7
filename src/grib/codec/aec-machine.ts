import { AEC_WASM } from './aec-wasm.js';
import type { AecDamage } from './aec-options.js';

/** The compiled coder (source: `wasm/aec.ts`) and its memory. One per thread. */
export interface AecMachine {
  readonly memory: WebAssembly.Memory;
  configure(bits: number, blockSize: number, rsi: number, idBits: number, preprocess: number, padRsi: number): void;
  reverse(source: number, length: number, end: number): void;
  decode(end: number, at: number, bitCount: number, out: number, values: number, intervals: number): number;
  scan(end: number, at: number, bitCount: number, values: number, intervals: number): number;
  encode(source: number, blocks: number, end: number, at: number): number;
  getStatus(): number;
  getPosition(): number;
  getIntervalStart(): number;
}

/** First byte of memory that holds no tables, and start bits of intervals as the coder leaves them. */
export const AEC_MEMORY = { offsets: 32768, free: 65536, maximumOffsets: 4096 } as const;

/** What the coder's status says; `unusual` streams are left to the plain coder. */
export const AEC_STATUS: readonly ('done' | AecDamage | 'unusual')[] = ['done', 'truncated', 'zero-run', 'value', 'unusual'];

let machine: AecMachine | null | undefined;

/** This thread's coder, made on first use; undefined where WebAssembly with SIMD is missing. */
export function aecMachine(): AecMachine | undefined {
  if (machine === undefined) {
    try {
      const code = Uint8Array.from(atob(AEC_WASM), (character) => character.charCodeAt(0));
      machine = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as unknown as AecMachine;
    } catch {
      machine = null;
    }
  }
  return machine ?? undefined;
}

/** Grows the memory to at least `bytes`; views made before are void. */
export function reserve(coder: AecMachine, bytes: number): void {
  const missing = bytes - coder.memory.buffer.byteLength;
  if (missing > 0) coder.memory.grow(Math.ceil(missing / 65536));
}

const PAD_BYTES = 1024;
const align = (address: number): number => Math.ceil(address / 64) * 64;

/** Where a stream window of `size` bytes lies, and what follows it. */
export interface AecLayout {
  readonly staging: number;
  /** End of the reversed stream. */
  readonly end: number;
  /** First free byte after it. */
  readonly after: number;
}

export function aecLayout(size: number): AecLayout {
  const staging = AEC_MEMORY.free;
  const end = align(staging + size + 64) + PAD_BYTES + align(size + 64);
  return { staging, end, after: end + 64 };
}

/** Brings `length` bytes from `first` of the stream into memory, reversed. */
export function loadWindow(coder: AecMachine, layout: AecLayout, bytes: Uint8Array, first: number, length: number): void {
  new Uint8Array(coder.memory.buffer, layout.staging, length).set(bytes.subarray(first, first + length));
  coder.reverse(layout.staging, length, layout.end);
}
