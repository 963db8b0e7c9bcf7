import { type Context, DteError } from '../../../base/index.js';
import type { Engine } from '../../../compute/index.js';
import {
  type Chunking,
  type Fdb,
  type Selection,
  writeZarr,
  type ZarrArrayInfo,
  type ZarrAxis,
  zarrHierarchy,
  type ZarrStore,
  zarrView,
} from '../../../fdb/index.js';
import { serveStore } from '../../../serve/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText, countText, sizeText, tableText } from '../../terminal/text.js';
import { openChosen } from '../../warm-engine.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { damageReporter, withStore } from './store.js';

export interface ZarrVerbOptions extends RequestOptions {
  readonly output?: string;
  readonly port?: number;
  readonly host?: string;
  readonly cors?: string;
  readonly chunk: readonly string[];
  readonly singleArray?: true;
  readonly axis: readonly string[];
  readonly extend?: string;
  readonly fill?: number;
  readonly device?: string;
  readonly threads?: number;
  readonly json?: true;
}

/** Fields as Zarr arrays: what there would be, as a table; with `--output` in a folder; with `--port` over HTTP until interrupted. */
export async function fdbZarr(terminal: Terminal, args: readonly string[], options: ZarrVerbOptions): Promise<void> {
  checkOptions(options);
  const { context } = terminal;
  const selections = (await toolRequests(terminal, args, options)).map(({ selection }) => selection);
  await withStore(terminal, 'zarr', options, async (fdb) => {
    const engine = isRead(options) ? await openChosen(context, engineChoice(context, options)) : undefined;
    try {
      const view = await openView(terminal, fdb, selections, { ...options, engine });
      try {
        if (options.output !== undefined) await writeOut(terminal, view, options.output, options);
        else if (options.port !== undefined) await serveUntilStopped(terminal, view, options.port, options);
        else await show(terminal, view, options);
        if (options.port === undefined) noteHoles(terminal, view);
      } finally {
        await view.close();
      }
    } finally {
      await engine?.close();
    }
  });
}

const isRead = ({ output, port }: ZarrVerbOptions): boolean => output !== undefined || port !== undefined;

/** Values go back to the host at once: the way to a device and back only pays for packings that are costly to decode. */
function engineChoice({ env }: Context, { device, threads }: ZarrVerbOptions): { device: string; threads?: number } {
  const named = env['DTE_DEVICE'];
  return { device: device ?? (named === undefined || named === '' ? 'cpu' : named), ...(threads === undefined ? {} : { threads }) };
}

function checkOptions({ output, port, host, cors, singleArray, axis, extend }: ZarrVerbOptions): void {
  const refuse = (option: string, hint: string): never => {
    throw new DteError('input.option', `${option} has no meaning here`, { where: { option }, hint });
  };
  if (output !== undefined && port !== undefined)
    throw new DteError('input.option', 'both --output and --port are given', { hint: 'write a folder, or serve; not both' });
  if (output === '-')
    throw new DteError('input.option', 'a hierarchy is a folder, and cannot go to standard output', { where: { option: '--output' } });
  if (port === undefined && host !== undefined) refuse('--host', 'it goes with --port');
  if (port === undefined && cors !== undefined) refuse('--cors', 'it goes with --port');
  if (singleArray !== true && axis.length > 0) refuse('--axis', 'it goes with --single-array');
  if (singleArray !== true && extend !== undefined) refuse('--extend', 'it goes with --single-array');
}

async function openView(
  terminal: Terminal,
  fdb: Fdb,
  selections: readonly Selection[],
  options: ZarrVerbOptions & { readonly engine: Engine | undefined },
): Promise<ZarrStore> {
  const { fill, engine } = options;
  const chunks = new Map(options.chunk.map(parseChunk));
  const common = {
    onDamage: damageReporter(terminal, options),
    ...(fill === undefined ? {} : { fill }),
    ...(engine === undefined ? {} : { engine }),
    // What is written is read once.
    ...(options.output === undefined ? {} : { cacheBytes: 0 }),
  };
  if (options.singleArray !== true) {
    const onAbsent = (keyword: string, values: readonly string[]): void =>
      terminal.note(`dte: no field has ${keyword}=${values.join('/')}`);
    return await zarrHierarchy(terminal.context, fdb, { requests: selections, chunks, onAbsent, ...common });
  }
  const axes = axesOf(selections, options, chunks);
  const extendOn = options.extend === undefined ? undefined : axes.findIndex(({ keywords }) => keywords.includes(options.extend as string));
  if (extendOn === -1)
    throw new DteError('input.option', `'${options.extend}' is in no axis`, {
      where: { option: '--extend' },
      hint: `axes are ${axes.map(({ keywords }) => keywords.join(',')).join('; ')}`,
    });
  return await zarrView(terminal.context, fdb, {
    parts: selections.map((request) => ({ request, axes })),
    ...(extendOn === undefined ? {} : { extendOn }),
    ...common,
  });
}

/** The axes that are given, else one for each keyword of several values (in any request) and for that along which requests are joined. */
function axesOf(
  selections: readonly Selection[],
  { axis, extend }: ZarrVerbOptions,
  chunks: ReadonlyMap<string, Chunking>,
): readonly ZarrAxis[] {
  const several = new Set(
    selections.flatMap((selection) =>
      [...selection].filter(([keyword, { length }]) => length > 1 || keyword === extend).map(([keyword]) => keyword),
    ),
  );
  const lists =
    axis.length > 0 ? axis.map((text) => text.split(',').map((keyword) => keyword.trim())) : [...several].map((keyword) => [keyword]);
  for (const name of chunks.keys())
    if (!lists.some((keywords) => keywords.includes(name) || keywords.join('_') === name))
      throw new DteError('input.option', `'${name}' is in no axis`, {
        where: { option: '--chunk' },
        hint: `axes are ${lists.map((keywords) => keywords.join(',')).join('; ')}`,
      });
  return lists.map((keywords) => ({
    keywords,
    chunking: [keywords.join('_'), ...keywords].map((name) => chunks.get(name)).find((chunking) => chunking !== undefined) ?? 'single',
  }));
}

function parseChunk(text: string): readonly [string, Chunking] {
  const match = /^([^=]+)=(single|whole|[1-9]\d{0,8})$/.exec(text);
  if (match === null)
    throw new DteError('input.option', `'${text}' is not of the form dimension=length`, {
      where: { option: '--chunk' },
      hint: 'the length is single, whole or a number, as in step=whole',
    });
  const [, name, length] = match as unknown as [string, string, string];
  return [name, length === 'single' || length === 'whole' ? length : Number(length)];
}

/** What reads as fill values is told before anyone takes it for data. */
function noteHoles(terminal: Terminal, { arrays }: ZarrStore): void {
  const fields = arrays.reduce((sum, array) => sum + array.fields, 0);
  const all = arrays.reduce((sum, array) => sum + array.allFields, 0);
  if (fields < all)
    terminal.note(
      `dte: ${countText(all - fields)} of ${countedText(all, 'field')} that the arrays have room for are not in the store, and read as fill values`,
    );
}

async function writeOut(terminal: Terminal, view: ZarrStore, folder: string, { json }: ZarrVerbOptions): Promise<void> {
  const { files, bytes } = await writeZarr(terminal.context, view, folder);
  if (json === true) await terminal.print(`${JSON.stringify({ folder, files, bytes, arrays: view.arrays.map(jsonOf) })}\n`);
  else terminal.note(`${countedText(view.arrays.length, 'array')}, ${countedText(files, 'file')}, ${sizeText(bytes)}, in ${folder}`);
}

/** A server's own end is that of its command, so it does not count as an interruption: connections are given less than the terminal's patience. */
const closeGraceMs = 150;

async function serveUntilStopped(terminal: Terminal, view: ZarrStore, port: number, { host, cors, json }: ZarrVerbOptions): Promise<void> {
  const { signal } = terminal.context;
  const served = await serveStore(terminal.context, view, {
    port,
    ...(host === undefined ? {} : { host }),
    ...(cors === undefined ? {} : { cors }),
  });
  await terminal.print(json === true ? `${JSON.stringify({ url: served.url, arrays: view.arrays.map(jsonOf) })}\n` : `${served.url}\n`);
  noteHoles(terminal, view);
  terminal.note(`${countedText(view.arrays.length, 'array')} served; an interrupt (Ctrl-C) ends it`);
  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  await served.close(closeGraceMs);
}

async function show(terminal: Terminal, { arrays }: ZarrStore, { json }: ZarrVerbOptions): Promise<void> {
  if (json === true) {
    await terminal.print(`${JSON.stringify(arrays.map(jsonOf))}\n`);
    return;
  }
  const rows = arrays.map(({ name, dimensions, fields, allFields, chunks, chunkBytes, attributes }) => [
    name === '' ? '/' : name,
    String(attributes['units'] ?? ''),
    dimensions.map((one) => `${one.name}=${one.size}`).join(' '),
    `${fields}/${allFields}`,
    `${chunks} of ${sizeText(chunkBytes)}`,
  ]);
  await terminal.print(tableText(['array', 'units', 'dimensions', 'fields', 'chunks'], rows));
  const bytes = arrays.reduce((sum, { chunks, chunkBytes }) => sum + chunks * chunkBytes, 0);
  terminal.note(`${countedText(arrays.length, 'array')}, ${sizeText(bytes)} when written; --output FOLDER writes, --port NUMBER serves`);
}

function jsonOf({ name, dimensions, fields, allFields, chunks, allChunks, chunkBytes, attributes }: ZarrArrayInfo): object {
  return { name, units: attributes['units'] ?? null, dimensions, fields, allFields, chunks, allChunks, chunkBytes };
}
