import type { ColourScale } from './colour-scale.js';
import { blendPixel, type Colour, type Image } from './image.js';
import { boxOf, paint, strokeCoverage } from './raster.js';
import { drawText, type TextStyle, textWidth } from './text.js';
import { superscript, tickLabels } from './ticks.js';

export interface LegendOptions {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly textSize: number;
  readonly ink: Colour;
  readonly units?: string | undefined;
  /** Shown as a patch of its own when pixels of the map are missing. */
  readonly missing?: Colour | undefined;
}

/** A bar of the scale's colours with labelled ticks below it and the units at its end. */
export function drawLegend(image: Image, scale: ColourScale, options: LegendOptions): void {
  const { left, top, width, height, ink } = options;
  for (let column = 0; column < width; column++) fillColumn(image, left + column, top, height, scale.colourAt((column + 0.5) / width));
  frame(image, left, top, width, height, ink);

  const style: TextStyle = { size: options.textSize, colour: ink, align: 'centre' };
  const baseline = top + height + options.textSize * 1.35;
  const { texts: all, power } = tickLabels(scale.ticks);
  const places = scale.ticks.map((tick) => left + scale.position(tick) * width);
  const stride = labelStride(
    places,
    all.map((text) => textWidth(text, style) + options.textSize * 0.6),
  );
  // Where not every tick has a label, zero has one.
  const zero = Math.max(0, scale.ticks.indexOf(0));
  const labelled = scale.ticks.map((_, index) => index).filter((index) => (index - zero) % stride === 0);
  for (const x of places) stroke(image, [x, top + height, x, top + height + options.textSize * 0.25], ink);
  const { texts } = tickLabels(
    labelled.map((index) => scale.ticks[index]),
    power,
  );
  labelled.forEach((index, order) => drawText(image, texts[order], places[index], baseline, style));
  const middle = top + height / 2 + options.textSize * 0.36;
  const units = [power === 0 ? '' : `10${superscript(power)}`, formatUnits(options.units ?? '')].join(' ').trim();
  drawText(image, units, left + width + options.textSize * 0.8, middle, { ...style, align: 'left' });
  if (options.missing !== undefined) drawMissing(image, options.missing, middle, style, options);
}

/** Every tick is labelled, or every second, third, ...: the closest that leaves room between labels. */
function labelStride(places: readonly number[], widths: readonly number[]): number {
  for (let stride = 1; stride < places.length; stride++) {
    let fits = true;
    for (let index = stride; index < places.length; index += stride) {
      if (places[index] - places[index - stride] < (widths[index] + widths[index - stride]) / 2) fits = false;
    }
    if (fits) return stride;
  }
  return places.length;
}

/** `m s**-1` -> `m s⁻¹`. */
export function formatUnits(units: string): string {
  return units.replace(/\*\*(-?\d+)/g, (_, power: string) => superscript(Number(power)));
}

function drawMissing(
  image: Image,
  colour: Colour,
  baseline: number,
  style: TextStyle,
  { left, top, height, textSize, ink }: LegendOptions,
): void {
  const right = left - textSize * 1.2;
  const patch = Math.round(right - textWidth('missing', style) - textSize * 0.5 - height);
  for (let column = 0; column < height; column++) fillColumn(image, patch + column, top, height, colour);
  frame(image, patch, top, height, height, ink);
  drawText(image, 'missing', right, baseline, { ...style, align: 'right' });
}

function fillColumn(image: Image, x: number, top: number, height: number, colour: Colour): void {
  for (let y = top; y < top + height; y++) blendPixel(image, y * image.width + x, colour, 1);
}

function frame(image: Image, left: number, top: number, width: number, height: number, ink: Colour): void {
  stroke(image, [left, top, left + width, top, left + width, top + height, left, top + height, left, top], ink);
}

function stroke(image: Image, line: readonly number[], ink: Colour): void {
  paint(image, strokeCoverage([line], 1, boxOf(image)), ink);
}
