import { setFlagsFromString } from 'node:v8';

/**
 * A module whose functions are compiled once, by V8's baseline compiler, and never again. For large modules that do little work of their
 * own: the V8 of Node 20 optimises one of 27 MB for a minute and in 2 GB, and a call waits for that.
 *
 * A module takes the flags of the moment in which it is compiled, and that is one call, so that no other module of this thread is met.
 * `wasm-tier-up` stays off: V8 asks it of modules without dynamic tiering alone, whose functions it would optimise as soon as they are
 * compiled, which happens at their first call.
 */
function compileBaselineModule(bytes: BufferSource): WebAssembly.Module {
  setFlagsFromString('--no-wasm-dynamic-tiering');
  setFlagsFromString('--no-wasm-tier-up');
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString('--wasm-dynamic-tiering');
  }
}

/** V8 12 and later (Node 22, 24) need 2 s of processor time for the same inference without any help, and take the flags otherwise. */
const firstWithoutNeed = 12;

export const compileBaseline = Number.parseInt(process.versions.v8, 10) < firstWithoutNeed ? compileBaselineModule : undefined;
