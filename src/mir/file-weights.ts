import type { Grid } from '../atlas/index.js';
import { type Context, readWhole } from '../base/index.js';
import { type Matrix, matrixOfFile } from '../regrid/index.js';

/** The matrix of a weights file between two grids. Errors: those of reading the file and of `matrixOfFile`. */
export async function fileWeights({ fs }: Context, file: string, source: Grid, target: Grid): Promise<Matrix> {
  return await matrixOfFile(await readWhole(fs, file), { source, target }, file);
}
