import { isDteError } from '../../base/index.js';
import { countCombinations, expander } from '../../mars/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { languageAndOptions, type MarsOptions, requestsIn } from './mars-input.js';

/** Expands every request of a text; a line for each that is valid, an error for each that is not, which is gone on after. */
export async function marsCheck(terminal: Terminal, input: string, options: MarsOptions): Promise<void> {
  const requests = await requestsIn(terminal, input);
  const [language, expandOptions] = await languageAndOptions(terminal, options);
  const expand = expander(language, expandOptions);
  const rows = requests.map((request) => {
    const place = { line: request.where?.line ?? 1, verb: request.verb };
    try {
      const expanded = expand(request);
      return { ...place, verb: expanded.verb, fields: countCombinations(expanded, language) };
    } catch (error) {
      if (!isDteError(error)) throw error;
      terminal.damage(error);
      return { ...place, error: error.message };
    }
  });
  if (options.json === true) {
    await terminal.print(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const lines = rows.map(
    (row) => `line ${row.line}: ${row.verb}, ${'error' in row ? 'refused' : row.fields === 1 ? '1 field' : `${row.fields} fields`}\n`,
  );
  await terminal.print(lines.join(''));
}
