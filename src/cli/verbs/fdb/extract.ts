import { DteError } from '../../../base/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { openExtractOutput } from './extract-output.js';
import { type WantedOptions, wantedOf } from './extract-wanted.js';
import { requestsAt, tellShortfall } from './read.js';
import { damageReporter, withStore } from './store.js';

export interface ExtractVerbOptions extends WantedOptions {
  readonly config?: string;
  readonly raw?: true;
  readonly allowMissing?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly threads?: number;
  readonly lazy: boolean;
  readonly gridHash?: string;
}

/** Values at places, indices or index ranges of fields, without reading the rest of them. What is missing is told as `fdbRead` does. */
export async function fdbExtract(terminal: Terminal, source: string, options: ExtractVerbOptions): Promise<void> {
  const { lazy, threads, gridHash, json, csv } = options;
  if (json === true && csv === true)
    throw new DteError('input.option', '--json and --csv contradict each other', { where: { option: '--csv' } });
  if (gridHash !== undefined && !/^[0-9a-f]{32}$/i.test(gridHash))
    throw new DteError('input.option', `'${gridHash}' is not a grid hash`, {
      where: { option: '--grid-hash' },
      hint: "32 hexadecimal digits, ecCodes' md5GridSection",
    });
  const wanted = await wantedOf(terminal, options);
  const requests = await requestsAt(terminal, source, options);
  if (requests.length === 0) throw new DteError('input.syntax', 'there is no request', { where: { file: source } });
  const output = openExtractOutput(terminal, json === true ? 'json' : csv === true ? 'csv' : 'table', requests, wanted);
  await withStore(terminal, 'extract', options, async (store) => {
    const asked = requests.map(({ keywords }) => ({
      ...wanted,
      selection: keywords,
      ...(gridHash === undefined ? {} : { gridHash: gridHash.toLowerCase() }),
    }));
    const fields = store.extract(asked, {
      lazy,
      ...(threads === undefined ? {} : { threads }),
      onShortfall: (_, shortfall) => tellShortfall(terminal, shortfall, options),
      onDatabaseDamage: damageReporter(terminal, {}),
      onDamage: (error) => terminal.note(`dte: ${error.message}`),
    });
    let isWhole = false;
    try {
      for await (const field of fields) await output.add(field);
      isWhole = true;
    } finally {
      await output.end(isWhole);
    }
  });
}
