/** Uniform numbers in [-1, 1) from two integers: the same on every machine (splitmix of 32 bits). */
export function seededNumbers(seed: number, stream: number): () => number {
  let state = mixed((seed >>> 0) ^ mixed((stream + 1) >>> 0));
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mixed(state) / 2 ** 31 - 1;
  };
}

function mixed(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
