import { type AreaInput, crop, type Grid, gridFromSpec, gridFromText } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { MirOptions } from './options.js';

/** The grid that options ask for: the whole of it, and the part inside the area. Equal where there is no area. */
export interface Target {
  readonly whole: Grid;
  readonly part: Grid;
}

type GridValue = NonNullable<MirOptions['grid']>;

/**
 * Whether the area is cut out after other steps than interpolation, which otherwise goes to the part at once. A matrix from a file
 * goes to the grid that is named.
 */
export function cropsLater(options: MirOptions): boolean {
  return options['area-mode'] === 'mask' || (options.nabla?.length ?? 0) > 0 || options['interpolation-matrix'] !== undefined;
}

/** The grid that is named, without area and rotation; undefined when none is. */
export function namedGrid({ grid, reduced, regular, octahedral, pl }: MirOptions): GridValue | undefined {
  if (grid !== undefined) return grid;
  if (reduced !== undefined) return `N${reduced}`;
  if (regular !== undefined) return `F${regular}`;
  if (octahedral !== undefined) return `O${octahedral}`;
  return pl === undefined ? undefined : { pl };
}

/** The target of options that name a grid, whatever the input; undefined for others. Errors: as `targetOf`. */
export async function fixedTarget(options: MirOptions): Promise<Target | undefined> {
  const named = namedGrid(options);
  return named === undefined || named === 'source' ? undefined : await namedTarget(options, named);
}

/**
 * The target of options for an input on `source`; undefined when the options leave the grid as it is and there is no area.
 * Errors: those of `gridFromText` and `crop`; `input.option` for a rotation without a grid to turn.
 */
export async function targetOf(options: MirOptions, source: Grid): Promise<Target | undefined> {
  const named = namedGrid(options);
  const { area, rotation } = options;
  if (named === undefined || named === 'source') {
    if (rotation !== undefined) return partOf(await turnedSource(source, rotation), area);
    if (area === undefined) return named === undefined ? undefined : { whole: source, part: source };
    return { whole: source, part: crop(source, area as AreaInput).grid };
  }
  return await namedTarget(options, named);
}

async function namedTarget(options: MirOptions, named: GridValue): Promise<Target> {
  const { area, rotation } = options;
  if (typeof named === 'string' && !named.startsWith('{')) {
    const spec = { grid: named, ...(rotation === undefined ? {} : { rotation }) };
    // Increments that do not divide 360 have no whole grid that an area could be cut out of.
    const part = area === undefined ? undefined : gridFromSpec({ ...spec, area });
    const needsWhole = part === undefined || cropsLater(options);
    const whole = needsWhole ? (rotation === undefined ? await gridFromText(named) : gridFromSpec(spec)) : part;
    return { whole, part: part ?? whole };
  }
  const whole = typeof named === 'string' ? await gridFromText(named) : gridFromSpec(named);
  return partOf(rotation === undefined ? whole : turned(whole, rotation), area);
}

function partOf(whole: Grid, area: readonly number[] | undefined): Target {
  return { whole, part: area === undefined ? whole : crop(whole, area as AreaInput).grid };
}

async function turnedSource(source: Grid, rotation: readonly number[]): Promise<Grid> {
  if (source.type === 'sh') {
    throw new DteError('input.option', 'a rotation needs a grid to turn', { where: { option: 'rotation' }, hint: 'give grid, too' });
  }
  return turned(source, rotation);
}

/** A grid without a rotation, turned. */
function turned(grid: Grid, rotation: readonly number[]): Grid {
  if (grid.spec['rotation'] !== undefined) {
    throw new DteError('input.option', 'a rotation of a grid that is turned already', {
      where: { option: 'rotation' },
      hint: 'name the grid that is to be turned',
    });
  }
  return gridFromSpec({ ...grid.spec, rotation });
}
