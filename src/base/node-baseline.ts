import { setFlagsFromString } from 'node:v8';

/**
 * A module whose functions are compiled once, by V8's baseline compiler, and never again. For large modules that do little work of their
 * own: V8 takes tens of seconds and gigabytes to optimise one of 27 MB, and its first call waits for that.
 *
 * A module takes the flags of the moment in which it is compiled, and that is one call, so that no other module of this thread is met.
 * `wasm-tier-up` stays off: V8 asks it of modules without dynamic tiering alone, whose functions it would optimise as soon as they are
 * compiled, which happens at their first call.
 */
export function compileBaseline(bytes: BufferSource): WebAssembly.Module {
  setFlagsFromString('--no-wasm-dynamic-tiering');
  setFlagsFromString('--no-wasm-tier-up');
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString('--wasm-dynamic-tiering');
  }
}
