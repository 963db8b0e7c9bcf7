import type { ExtractedField, Selection } from '../../../fdb/index.js';
import { formatRequest, type MarsRequest } from '../../../mars/index.js';
import { type Listing, openListing } from '../../terminal/listing.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { Wanted } from './extract-wanted.js';
import { openPrinter, type Printer } from './printer.js';

/** Where extracted values go, field by field. */
export interface ExtractOutput {
  add(field: ExtractedField): Promise<void>;
  /** To be called also after a failure (`isWhole` false): what was added appears then, and of nothing added nothing. */
  end(isWhole: boolean): Promise<void>;
}

/** One value and where it is from. */
interface Row {
  /** Number of the place that was asked for; 0 for indices and ranges. */
  readonly place: number;
  readonly index: number;
  /** Undefined where the field has none. */
  readonly value: number | undefined;
}

export function openExtractOutput(
  terminal: Terminal,
  form: 'table' | 'csv' | 'json',
  requests: readonly MarsRequest[],
  wanted: Wanted,
): ExtractOutput {
  if (form === 'table') return tableOutput(terminal, requests, wanted);
  const printer = openPrinter(terminal);
  return form === 'csv' ? csvOutput(printer, requests, wanted) : jsonOutput(printer, wanted);
}

/** Above each request's lines the keywords that all of them share; a column for each of the others. */
function tableOutput(terminal: Terminal, requests: readonly MarsRequest[], wanted: Wanted): ExtractOutput {
  let current = -1;
  let listing: Listing | undefined;
  let varying: readonly string[] = [];
  const openFor = async (number: number): Promise<Listing> => {
    await listing?.end();
    const { verb, keywords } = requests[number] as MarsRequest;
    varying = [...keywords].filter(([, values]) => values.length > 1).map(([keyword]) => keyword);
    const shared = new Map([...keywords].filter(([, values]) => values.length === 1));
    await terminal.print(`${current < 0 ? '' : '\n'}${formatRequest({ verb, keywords: shared }, { line: true })}\n`);
    current = number;
    return openListing(terminal, false);
  };
  return {
    async add(field) {
      if (listing === undefined || field.request !== current) listing = await openFor(field.request);
      for (const row of rowsOf(field, wanted)) {
        const cells = new Map<string, string | number>(varying.map((keyword) => [keyword, field.key.get(keyword) ?? '']));
        const taken = field.points?.[row.place];
        if (taken === undefined) cells.set('index', row.index);
        else
          cells
            .set('lat', digits(taken.lat))
            .set('lon', digits(taken.lon))
            .set('km', Number(taken.distanceKm.toFixed(2)));
        await listing.row(cells.set('value', row.value === undefined ? 'missing' : Number(row.value.toPrecision(7))), {});
      }
    },
    end: async () => await listing?.end(),
  };
}

/** Millionths of a degree: 0.1 m. */
function digits(degrees: number): number {
  return Number(degrees.toFixed(6));
}

/** A column for each keyword of the requests; a value that is missing is an empty cell. */
function csvOutput(printer: Printer, requests: readonly MarsRequest[], wanted: Wanted): ExtractOutput {
  const keywords = [...new Set(requests.flatMap((request) => [...(request.keywords as Selection).keys()]))];
  const places = 'points' in wanted ? ['asked_lat', 'asked_lon', 'lat', 'lon', 'distance_km'] : [];
  const line = (cells: readonly (string | number)[]): Promise<void> | undefined => printer.add(`${cells.map(csvCell).join(',')}\n`);
  let isStarted = false;
  const start = async (): Promise<void> => {
    if (!isStarted) await line([...keywords, ...places, 'index', 'value']);
    isStarted = true;
  };
  return {
    async add(field) {
      await start();
      const key = keywords.map((keyword) => field.key.get(keyword) ?? '');
      for (const { place, index, value } of rowsOf(field, wanted)) {
        const asked = 'points' in wanted ? wanted.points[place] : undefined;
        const taken = field.points?.[place];
        const at = asked === undefined || taken === undefined ? [] : [asked.lat, asked.lon, taken.lat, taken.lon, taken.distanceKm];
        await line([...key, ...at, index, value ?? '']);
      }
    },
    async end(isWhole) {
      if (isWhole) await start();
      await printer.flush();
    },
  };
}

function csvCell(cell: string | number): string {
  const text = String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An array with an object for each field; a value that is missing is null. */
function jsonOutput(printer: Printer, wanted: Wanted): ExtractOutput {
  let count = 0;
  return {
    async add(field) {
      const keys = Object.fromEntries(field.key);
      await printer.add(`${count++ === 0 ? '[\n' : ',\n'}${JSON.stringify({ keys, ...partsOf(field, wanted) })}`);
    },
    async end(isWhole) {
      if (count > 0) await printer.add('\n]\n');
      else if (isWhole) await printer.add('[]\n');
      await printer.flush();
    },
  };
}

function partsOf(field: ExtractedField, wanted: Wanted): object {
  const values = field.values.map((part) => Array.from(part, (value) => (Number.isNaN(value) ? null : value)));
  if ('ranges' in wanted) return { ranges: wanted.ranges.map(([start, end], range) => ({ start, end, values: values[range] })) };
  if ('indices' in wanted) return { indices: wanted.indices, values: values[0] };
  return { points: wanted.points.map((asked, place) => ({ asked, ...field.points?.[place], value: values[0]?.[place] })) };
}

function* rowsOf({ values, points }: ExtractedField, wanted: Wanted): Generator<Row> {
  for (const [part, array] of values.entries()) {
    for (const [at, value] of array.entries()) {
      const index = indexAt(wanted, part, at) ?? (points?.[at]?.index as number);
      yield { place: at, index, value: Number.isNaN(value) ? undefined : value };
    }
  }
}

function indexAt(wanted: Wanted, part: number, at: number): number | undefined {
  if ('ranges' in wanted) return (wanted.ranges[part]?.[0] as number) + at;
  return 'indices' in wanted ? wanted.indices[at] : undefined;
}
