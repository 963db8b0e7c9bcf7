import { type Disk, DteError } from '../../../base/index.js';

/** How much is held at a time. */
const pieceBytes = 8 << 20;

/** Copies a file, makes it durable, and compares what arrived with what was there. Gives its length. `fault.write` when they differ. */
export async function copyFile(disk: Disk, from: string, to: string): Promise<number> {
  const source = await disk.open(from);
  const target = await disk.write(to);
  let position = 0;
  try {
    for (;;) {
      const piece = await source.read(position, pieceBytes);
      if (piece.length === 0) break;
      await target.writeAt(position, [piece]);
      position += piece.length;
    }
    await target.resize(position);
    await target.sync();
  } finally {
    await source.close();
    await target.close();
  }
  // What was appended meanwhile is for the caller to see.
  if (!(await sameContents(disk, from, to, position)))
    throw new DteError('fault.write', `'${to}' does not hold what '${from}' does`, { hint: 'the copy was left out of use' });
  return position;
}

/** Whether two files begin with the same `length` octets. */
async function sameContents(disk: Disk, one: string, other: string, length: number): Promise<boolean> {
  const [a, b] = [await disk.open(one), await disk.open(other)];
  try {
    for (let position = 0; position < length; position += pieceBytes) {
      const piece = Math.min(pieceBytes, length - position);
      const [x, y] = [await a.read(position, piece), await b.read(position, piece)];
      if (x.length !== piece || !sameBytes(x, y)) return false;
    }
    return true;
  } finally {
    await a.close();
    await b.close();
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
