import type { Terminal } from './terminal.js';

/** A cell of a listing: undefined when the thing has no such property, null when it says that it is missing. */
export type Cell = string | number | null | undefined | readonly number[];

/** Rows printed as they come, as a table or as one JSON array. `end` has to be called, also after a failure. */
export interface Listing {
  /** Cells by column name; `place` is shown in JSON only. */
  row(cells: ReadonlyMap<string, Cell>, place: Readonly<Record<string, string | number>>): Promise<void>;
  end(): Promise<void>;
}

/** Rows that are held back to find the widths of their columns. */
const batchRows = 500;

export function openListing(terminal: Terminal, json: boolean): Listing {
  return json ? jsonListing(terminal) : tableListing(terminal);
}

function jsonListing(terminal: Terminal): Listing {
  let pending: string[] = [];
  let started = false;
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const text = `${started ? ',\n' : '[\n'}${pending.join(',\n')}`;
    pending = [];
    started = true;
    await terminal.print(text);
  };
  return {
    async row(cells, place) {
      const values = Object.fromEntries([...cells].map(([name, value]) => [name, value ?? null]));
      pending.push(JSON.stringify({ ...place, ...values }));
      if (pending.length >= batchRows) await flush();
    },
    async end() {
      await flush();
      await terminal.print(started ? '\n]\n' : '[]\n');
    },
  };
}

function tableListing(terminal: Terminal): Listing {
  let pending: ReadonlyMap<string, Cell>[] = [];
  const widths = new Map<string, number>();
  let printedHeader = '';
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const columns = new Set<string>();
    for (const cells of pending) {
      for (const [name, value] of cells) {
        columns.add(name);
        widths.set(name, Math.max(widths.get(name) ?? name.length, cellText(value).length));
      }
    }
    const line = (text: (name: string) => string): string =>
      [...columns]
        .map((name) => text(name).padEnd(widths.get(name) as number))
        .join('  ')
        .trimEnd();
    const lines = pending.map((cells) => line((name) => (cells.has(name) ? cellText(cells.get(name)) : '')));
    // A header again only when the columns are others, not when one got wider.
    const header = [...columns].join(' ');
    if (header !== printedHeader) lines.unshift(line((name) => name));
    printedHeader = header;
    pending = [];
    await terminal.print(`${lines.join('\n')}\n`);
  };
  return {
    async row(cells) {
      pending.push(cells);
      if (pending.length >= batchRows) await flush();
    },
    end: flush,
  };
}

/** As ecCodes writes them. */
export function cellText(value: Cell): string {
  if (value === undefined) return 'not_found';
  if (value === null) return 'MISSING';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : value.join(' ');
}
