import type { Grid } from '../atlas/index.js';
import { atPlace, DteError } from '../base/index.js';
import type { Matrix } from './matrix.js';
import { readNpz } from './npz.js';
import { scripMatrix } from './scrip/align.js';
import { readScrip, type ScripWeights } from './scrip/read.js';

/**
 * The matrix of a weights file for two grids: scipy's CSR (.npz), or netCDF in the layouts of CDO and ESMF, told apart by how they
 * begin. Weights may have any sign and sum. Errors: `data.format` for other and damaged files, and all of `readScrip`; `input.grid`
 * when the sizes, or the coordinates that the file has, are not those of the grids.
 */
export async function matrixOfFile(
  bytes: Uint8Array,
  grids: { readonly source: Grid; readonly target: Grid },
  file: string,
): Promise<Matrix> {
  const weights = await weightsOf(bytes, file);
  try {
    return scripMatrix(weights, grids.source, grids.target);
  } catch (error) {
    throw atPlace(error, { file });
  }
}

async function weightsOf(bytes: Uint8Array, file: string): Promise<ScripWeights> {
  const begins = new TextDecoder('latin1').decode(bytes.subarray(0, 4));
  if (begins.startsWith('CDF') || begins.endsWith('HDF')) return await readScrip(bytes, file);
  if (begins.startsWith('PK')) {
    const matrix = readNpz(bytes, file, { anyWeights: true });
    const side = (points: number): ScripWeights['source'] => ({ points, dimensions: [points] });
    return { matrix, source: side(matrix.columns), target: side(matrix.rows) };
  }
  throw new DteError('data.format', 'not a file of interpolation weights', {
    where: { file },
    hint: "a matrix that scipy.sparse.save_npz wrote (.npz), or netCDF of CDO's gencon, genbil ... or of ESMF",
  });
}
