import { type Area, checkArea, type Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { missingValue } from '../compute/index.js';
import { type CoastlineScale, coastlineScale, loadCoastline } from './coastline.js';
import { type ColourScale, createColourScale } from './colour-scale.js';
import { gridExtent, regionOf } from './extent.js';
import { degreeLabel, graticule, graticuleStep } from './graticule.js';
import { blendPixel, type Colour, createImage, type Image } from './image.js';
import { drawLegend } from './legend.js';
import { projectLines } from './lines.js';
import { findPalette, type PaletteName } from './palette.js';
import { createProjection, type Projection, type ProjectionName } from './projection.js';
import { boxOf, type Coverage, fillCoverage, paint, strokeCoverage } from './raster.js';
import { outside, type PixelPositions, type Sampling, samplePixels } from './sampler.js';
import { drawText } from './text.js';

export interface MapOptions {
  /** Pixels, 200 to 8192; default 1200. The height follows from the shape of the map. */
  readonly width?: number;
  readonly projection?: ProjectionName;
  /** What to show; by default the whole Earth, or the box of a grid that covers less. */
  readonly area?: Area;
  /** Middle of the map, degrees: longitude, and latitude for the orthographic projection. By default the middle of the area. */
  readonly centre?: readonly [lon: number, lat: number];
  readonly palette?: PaletteName;
  /** Values at the ends of the colour scale; round numbers around the data when absent. */
  readonly range?: readonly [min: number, max: number];
  /** One colour per interval between ticks instead of a smooth passage; default true. */
  readonly bands?: boolean;
  readonly sampling?: Sampling;
  readonly title?: string;
  /** Second line, smaller. */
  readonly subtitle?: string;
  /** Units of the values, as GRIB writes them (`m s**-1`). */
  readonly units?: string;
  /** Default true. */
  readonly coastlines?: boolean;
  /** Default true. */
  readonly graticule?: boolean;
}

export const paper: Colour = [255, 255, 255];
const ink: Colour = [38, 42, 48];
const softInk: Colour = [96, 102, 110];
const coastInk: Colour = [24, 26, 30, 0.9];
const netInk: Colour = [40, 44, 52, 0.28];
/** Colour of pixels whose value is missing. */
export const missingColour: Colour = [190, 190, 190];
/** Colour of the map beyond the grid. */
export const outsideColour: Colour = [240, 241, 243];

/** Sizes in pixels of all that is not map. */
export interface Layout {
  readonly margin: number;
  readonly titleSize: number;
  readonly textSize: number;
  readonly labelSize: number;
  readonly mapTop: number;
  readonly legendHeight: number;
  /** Left and below the map, for degrees. */
  readonly labelWidth: number;
  readonly labelHeight: number;
}

/**
 * A map of a field: title, colours, coastlines, graticule and legend. `values` are in the canonical order of `grid`, `[points]`;
 * `missingValue` marks a missing one. Throws `unsupported.grid` for a grid without coordinates, `input.field` for a wrong number
 * of values or none, `input.option` for an unknown projection or palette, a wrong width or a range that is not finite, `input.area`
 * for an area that the projection cannot show.
 */
export async function renderMap(values: Float32Array | Float64Array, grid: Grid, options: MapOptions = {}): Promise<Image> {
  checkInput(values, grid, options);
  const width = options.width ?? 1200;
  const palette = findPalette(options.palette ?? 'viridis');
  const extent = gridExtent(grid);
  const area = options.area === undefined ? regionOf(grid, extent) : checkArea(options.area);
  const layout = layoutFor(width, options);
  const projection = createProjection({
    name: options.projection ?? 'equirectangular',
    area,
    centre: options.centre,
    left: layout.margin + layout.labelWidth,
    top: layout.mapTop,
    width: width - 2 * layout.margin - layout.labelWidth,
    maxHeight: Math.round(width * 0.72),
  });
  const coverage = fillCoverage(projectLines(projection.geo, { type: 'Sphere' }), projection.box);
  const pixels = samplePixels(values, grid, extent, pixelPositions(projection, coverage), options.sampling ?? 'bilinear');
  const [dataMin, dataMax] = finiteRange(options.area === undefined ? values : pixels);
  const scale = createColourScale(palette, dataMin, dataMax, { range: options.range, bands: options.bands ?? true });

  const legendTop = projection.box.bottom + layout.labelHeight + Math.round(layout.margin * 0.7);
  const image = createImage(width, Math.round(legendTop + layout.legendHeight + layout.textSize * 1.8 + layout.margin * 0.5), paper);
  const hasMissing = paintField(image, pixels, scale, coverage);
  await drawLines(image, projection, area, options);
  if (layout.labelWidth > 0) drawDegrees(image, projection, area, layout);
  drawTitle(image, layout, options);
  const legendWidth = Math.round(width * 0.62);
  drawLegend(image, scale, {
    left: Math.round((width - legendWidth) / 2),
    top: legendTop,
    width: legendWidth,
    height: layout.legendHeight,
    textSize: layout.textSize,
    ink,
    units: options.units,
    missing: hasMissing ? missingColour : undefined,
  });
  return image;
}

function checkInput(values: Float32Array | Float64Array, grid: Grid, { width = 1200 }: MapOptions): void {
  if (values.length !== grid.points)
    throw new DteError('input.field', `${values.length} values do not fit a grid of ${grid.points} points`);
  if (grid.points === 0) throw new DteError('input.field', 'a field without points cannot be drawn');
  if (!Number.isInteger(width) || width < 200 || width > 8192) {
    throw new DteError('input.option', `width ${width} is not a whole number of pixels from 200 to 8192`, { where: { option: 'width' } });
  }
}

export function layoutFor(width: number, options: MapOptions): Layout {
  // Made for 1200 pixels; text below two thirds of that could not be read.
  const unit = Math.max(0.66, width / 1200);
  const px = (size: number) => Math.round(size * unit);
  const labelled = (options.projection ?? 'equirectangular') === 'equirectangular' && options.graticule !== false;
  const titles = (options.title === undefined ? 0 : px(34)) + (options.subtitle === undefined ? 0 : px(22));
  return {
    margin: px(26),
    titleSize: 22 * unit,
    textSize: 15 * unit,
    labelSize: 12.5 * unit,
    mapTop: px(26) + titles,
    legendHeight: px(16),
    labelWidth: labelled ? px(30) : 0,
    labelHeight: labelled ? px(18) : 0,
  };
}

function pixelPositions({ inverse, straight }: Projection, { box, parts }: Coverage): PixelPositions {
  const lat = new Float64Array(parts.length).fill(Number.NaN);
  const lon = new Float64Array(parts.length);
  const width = box.right - box.left;
  for (let pixel = 0; pixel < parts.length; pixel++) {
    if (parts[pixel] === 0) continue;
    const column = pixel % width;
    const row = (pixel - column) / width;
    if (straight && row > 0 && column > 0) {
      lon[pixel] = lon[column];
      lat[pixel] = lat[pixel - column];
    } else {
      const point = inverse(box.left + column + 0.5, box.top + row + 0.5);
      lon[pixel] = point[0];
      lat[pixel] = point[1];
    }
  }
  return { lat, lon };
}

/** Smallest and largest value present; 0 and 0 where there is none. */
function finiteRange(values: Float32Array | Float64Array): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let point = 0; point < values.length; point++) {
    const value = values[point];
    if (value === missingValue || !Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : [0, 0];
}

/** True when some pixel is missing. */
function paintField(image: Image, pixels: Float64Array, scale: ColourScale, { box, parts }: Coverage): boolean {
  let hasMissing = false;
  let at = 0;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++, at++) {
      const value = pixels[at];
      const missing = value === missingValue || Number.isNaN(value);
      if (missing) hasMissing = true;
      if (parts[at] === 0) continue;
      const colour = value === outside ? outsideColour : missing ? missingColour : scale.colour(value);
      blendPixel(image, y * image.width + x, colour, parts[at]);
    }
  }
  return hasMissing;
}

export async function drawLines(image: Image, projection: Projection, area: Area | undefined, options: MapOptions): Promise<void> {
  const { box, geo } = projection;
  const unit = Math.max(0.66, image.width / 1200);
  if (options.graticule !== false) {
    const step = area === undefined ? 30 : graticuleStep(area);
    paint(image, strokeCoverage(projectLines(geo, graticule(step)), 0.9 * unit, box), netInk);
  }
  if (options.coastlines !== false) {
    const coast = await loadCoastline(scaleOf(projection));
    paint(image, strokeCoverage(projectLines(geo, coast), 1.15 * unit, box), coastInk);
  }
  paint(image, strokeCoverage(projectLines(geo, { type: 'Sphere' }), 1.4 * unit, boxOf(image)), ink);
}

function scaleOf({ geo }: Projection): CoastlineScale {
  return coastlineScale(180 / Math.PI / geo.scale());
}

/** Degrees at the left and lower edge, where meridians and parallels are straight. */
export function drawDegrees(image: Image, projection: Projection, area: Area | undefined, layout: Layout): void {
  const { box, forward, inverse } = projection;
  const step = area === undefined ? 30 : graticuleStep(area);
  const style = { size: layout.labelSize, colour: softInk } as const;
  for (let lat = step * Math.ceil(-90 / step); lat <= 90; lat += step) {
    const y = forward(inverse((box.left + box.right) / 2, box.top)[0], lat)?.[1] ?? -1;
    if (y >= box.top - 1 && y <= box.bottom + 1) {
      drawText(image, degreeLabel(lat, 'lat'), box.left - layout.labelSize * 0.5, y + layout.labelSize * 0.36, {
        ...style,
        align: 'right',
      });
    }
  }
  const west = area?.west ?? -180;
  const east = area?.east ?? 180;
  const scale = (box.right - box.left) / (east - west);
  for (let lon = step * Math.ceil(west / step - 1e-9); lon <= east + 1e-9; lon += step) {
    drawText(image, degreeLabel(lon, 'lon'), box.left + (lon - west) * scale, box.bottom + layout.labelSize * 1.35, {
      ...style,
      align: 'centre',
    });
  }
}

export function drawTitle(image: Image, layout: Layout, options: MapOptions): void {
  let baseline = layout.margin + layout.titleSize * 0.75;
  if (options.title !== undefined) {
    drawText(image, options.title, layout.margin, baseline, { size: layout.titleSize, colour: ink, weight: 'medium' });
    baseline += layout.titleSize * 1.1;
  }
  if (options.subtitle !== undefined)
    drawText(image, options.subtitle, layout.margin, baseline, { size: layout.textSize, colour: softInk });
}
