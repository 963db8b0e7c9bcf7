import { type Grid, gridFromText } from '../../atlas/index.js';
import { DteError, isDteError } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { pointFiles } from './point-files.js';

/** The grid of a name, increments or gridspec, or of the first field of a GRIB file (`-` for standard input). */
export async function namedGrid(terminal: Terminal, text: string): Promise<Grid> {
  const info = text === '-' ? undefined : await terminal.context.fs.info(text);
  if (text === '-' || (info !== undefined && !info.isDirectory)) {
    const { gridOf } = await import('../../grib/index.js');
    const { oneMessage } = await import('./messages-in.js');
    return gridOf(await oneMessage(terminal, text, 1));
  }
  try {
    return await gridFromText(text, pointFiles(terminal));
  } catch (error) {
    if (isDteError(error, 'input.grid') && /\.\w*[a-z]\w*$/i.test(text)) {
      throw new DteError('absent.file', `'${text}' is neither a file nor a grid`, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
    throw error;
  }
}
