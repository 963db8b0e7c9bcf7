import type * as Web from '../../src/web.js';

export interface PageJob {
  /** Address of the bundle's entry. */
  readonly entry: string;
  /** Address of a GRIB file with one message. */
  readonly file: string;
  readonly device: string;
  readonly target: string;
  readonly packing: 'simple' | 'ccsds';
}

export interface PageResult {
  readonly executor: string;
  readonly software: boolean;
  readonly precision: string;
  readonly name: string;
  readonly shortName: unknown;
  /** `[points]` each; the missing value as it is. */
  readonly decoded: readonly number[];
  readonly regridded: readonly number[];
  /** The regridded field as GRIB with 16 bits a value. */
  readonly message: readonly number[];
  readonly picture: readonly number[];
}

/** Runs in a page, so it may use nothing of this module: decodes, regrids, draws and packs a field, all by the bundle. */
export async function runInPage({ entry, file, device, target, packing }: PageJob): Promise<PageResult> {
  const web = (await import(entry)) as typeof Web;
  const context = web.webContext({ files: new Map([['in.grib', await (await fetch(file)).blob()]]) });
  const engine = await web.openEngine(context, { device });
  const found: Web.Message[] = [];
  for await (const message of web.messages(await context.fs.open('in.grib'), { tables: await web.gribTables(context) }))
    found.push(message);
  const message = found[0] as Web.Message;
  const field = await web.decode(engine, [message], web.gridOf(message));
  const regridder = await web.prepareRegrid(engine, field.grid, web.gridFromSpec(target));
  const regriddedField = await engine.run((pass) => regridder.apply(pass, field));
  const hostValues = async (of: typeof field): Promise<Float32Array | Float64Array> =>
    web.layerOf(of, await engine.read(...of.tiles.map(({ values }) => values)), 0);
  const decoded = await hostValues(field);
  const regridded = await hostValues(regriddedField);
  const packed = (await web.encode(engine, regriddedField, { packing, bits: 16 }))[0] as Uint8Array;
  const picture = web.encodePng(await web.renderMap(regridded, regriddedField.grid, { width: 480, title: 'Field in a page', units: 'K' }));
  const { executor, software, precision, name } = engine.info;
  regridder.release();
  await engine.close();
  return {
    executor,
    software,
    precision,
    name,
    shortName: web.get(message, 'shortName'),
    decoded: Array.from(decoded),
    regridded: Array.from(regridded),
    message: Array.from(packed),
    picture: Array.from(picture),
  };
}
