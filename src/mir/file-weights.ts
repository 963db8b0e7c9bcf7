import type { Grid } from '../atlas/index.js';
import { atPlace, type Context, readWhole } from '../base/index.js';
import { type Matrix, readMatrixFile, scripMatrix, type ScripWeights } from '../regrid/index.js';

/** Weights of files, each read once. Errors: those of reading the file and of `readMatrixFile`. */
export type WeightsFiles = (file: string) => Promise<ScripWeights>;

export function weightsFiles({ fs }: Context): WeightsFiles {
  const known = new Map<string, Promise<ScripWeights>>();
  return (file) => {
    let weights = known.get(file);
    if (weights === undefined) known.set(file, (weights = readWhole(fs, file).then((bytes) => readMatrixFile(bytes, file))));
    return weights;
  };
}

/** The matrix of a weights file between two grids. `input.grid` when the file is for others. */
export async function fileWeights(files: WeightsFiles, file: string, source: Grid, target: Grid): Promise<Matrix> {
  const weights = await files(file);
  try {
    return scripMatrix(weights, source, target);
  } catch (error) {
    throw atPlace(error, { file });
  }
}
