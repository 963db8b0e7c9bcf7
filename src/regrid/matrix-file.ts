import { DteError } from '../base/index.js';
import { readNpz } from './npz.js';
import { readScrip, type ScripWeights } from './scrip/read.js';

/**
 * A file of weights: scipy's CSR (.npz), or netCDF in the layouts of CDO and ESMF, told apart by how they begin. Weights may have any
 * sign and sum. `scripMatrix` brings them to grids. Errors: `data.format` for other and damaged files, and all of `readScrip`.
 */
export async function readMatrixFile(bytes: Uint8Array, file: string): Promise<ScripWeights> {
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
