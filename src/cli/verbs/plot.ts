import type { Grid } from '../../atlas/index.js';
import { writeWhole } from '../../base/index.js';
import { find, gridOf, type Message } from '../../grib/index.js';
import { encodePng, type MapOptions, type PaletteName, paletteOf, type ProjectionName, renderMap } from '../../plot/index.js';
import type { EngineFlags } from '../commands/define.js';
import type { Terminal } from '../terminal/terminal.js';
import { decoded } from './decoded.js';
import { oneMessage } from './messages-in.js';
import { refuseTerminal } from './output.js';
import { withEngine } from './with-engine.js';

export interface PlotOptions extends EngineFlags {
  readonly message: number;
  readonly field: number;
  readonly output: string;
  readonly projection?: ProjectionName;
  readonly area?: readonly [number, number, number, number];
  readonly centre?: readonly [number, number];
  readonly range?: readonly [number, number];
  readonly palette?: PaletteName;
  readonly width?: number;
  readonly title?: string;
  readonly coordinates?: string;
}

export async function plot(terminal: Terminal, input: string, options: PlotOptions): Promise<void> {
  refuseTerminal(options.output);
  const message = await oneMessage(terminal, input, options.message, options.field);
  const grid = await placed(terminal, gridOf(message), options.coordinates);
  const values = await withEngine(terminal, options, (engine) => decoded(engine, message, 'canonical'));
  const image = await renderMap(values, grid, { ...titlesOf(message), ...mapOptions(options) });
  await writeWhole(terminal.context.fs, options.output, encodePng(image));
  terminal.note(`${options.output}: ${image.width} x ${image.height} pixels`);
}

/** The grid with the coordinates of a file, for one that states none. */
async function placed(terminal: Terminal, grid: Grid, file: string | undefined): Promise<Grid> {
  if (file === undefined) return grid;
  const { withCoordinates } = await import('../../atlas/index.js');
  const { pointFiles } = await import('./point-files.js');
  return withCoordinates(grid, await pointFiles(terminal).pairs(file));
}

function mapOptions({ projection, area, centre, range, palette, width, title }: PlotOptions): MapOptions {
  return {
    ...(projection === undefined ? {} : { projection }),
    ...(area === undefined ? {} : { area: { north: area[0], west: area[1], south: area[2], east: area[3] } }),
    ...(centre === undefined ? {} : { centre }),
    ...(range === undefined ? {} : { range }),
    ...(palette === undefined ? {} : { palette }),
    ...(width === undefined ? {} : { width }),
    ...(title === undefined ? {} : { title }),
  };
}

/** Title, second line, units and palette from the headers. */
export function titlesOf(message: Message): MapOptions {
  const word = (key: string): string => String(find(message, key) ?? '');
  const date = word('dataDate').replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  const time = word('dataTime')
    .padStart(4, '0')
    .replace(/^(\d\d)(\d\d)$/, '$1:$2');
  const level = /^(surface|meanSea|entireAtmosphere|unknown|heightAboveGround)$/.test(word('typeOfLevel'))
    ? ''
    : `${word('typeOfLevel')} ${word('level')}, `;
  const units = find(message, 'units');
  return {
    title: word('name') === '' || word('name') === 'unknown' ? `parameter ${word('paramId')}` : word('name'),
    subtitle: `${level}${date} ${time} UTC, step ${word('stepRange')}, ${gridOf(message).name ?? word('gridType')}`,
    palette: paletteOf(word('shortName')),
    ...(typeof units === 'string' && units !== 'unknown' ? { units } : {}),
  };
}
