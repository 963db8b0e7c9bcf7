import { type AecOptions, aecArray } from '../../../src/grib/codec/index.js';
import { seeded } from '../../support/random.js';

export type PackedValues = ReturnType<typeof aecArray>;

/** Stretches of constant, smooth, noisy and random values of `bits` bits, so that every option of the format is met. */
export function packedField(bits: number, count: number, seed: number): PackedValues {
  const random = seeded(seed);
  const maximum = 2 ** bits - 1;
  const values = aecArray(bits, count);
  const step = 2 ** (random() * bits);
  const still = random();
  let x = Math.floor(random() * maximum);
  for (let i = 0; i < count; i++) {
    const kind = Math.floor(i / 500) % 4;
    if (kind === 3) x = Math.floor(random() * (maximum + 1));
    else if (kind !== 0 && random() > still) x = Math.min(maximum, Math.max(0, Math.round(x + (random() - 0.5) * step)));
    values[i] = kind === 2 && still < 0.5 ? Math.min(x, i % 3) : x;
  }
  return values;
}

/** Every width with every block size, the flags that are legal for it, and interval lengths in turn. */
export function* aecCases(stride: number): Generator<AecOptions & { readonly count: number; readonly seed: number }> {
  const lengths = [1, 3, 64, 128, 200];
  let seed = 0;
  for (let bits = 1; bits <= 32; bits++) {
    for (const blockSize of [8, 16, 32, 64]) {
      for (const flags of [0, 8, 14, 24, 16]) {
        seed++;
        if (((flags & 16) !== 0 && bits > 4 && bits <= 8) || seed % stride !== 0) continue;
        const rsi = lengths[seed % lengths.length];
        const count = 1 + Math.floor(seeded(seed)() * rsi * blockSize * 2.5);
        yield { bits, flags, blockSize, rsi, count, seed };
      }
    }
  }
}
