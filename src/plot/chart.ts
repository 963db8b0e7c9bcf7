import { schemeTableau10 } from 'd3-scale-chromatic';
import { DteError } from '../base/index.js';
import { type Colour, createImage, type Image } from './image.js';
import { formatUnits } from './legend.js';
import { paper } from './map.js';
import { parseColour } from './palette.js';
import { boxOf, paint, strokeCoverage } from './raster.js';
import { drawText, textWidth } from './text.js';
import { niceRange, niceTicks, superscript, tickLabels } from './ticks.js';

/** Values over a common axis, in order of `x`. Points that are not finite are left out, and the line with them. */
export interface Series {
  /** Shown in the legend of its panel; series without a name have none, and the colour of the one before. */
  readonly name?: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Drawn thin and pale, behind the others: members of an ensemble. */
  readonly isFaint?: boolean;
}

/** One of several plots below each other, over the same x. */
export interface Panel {
  readonly title: string;
  /** Units of y, as GRIB writes them. */
  readonly units?: string;
  readonly series: readonly Series[];
  /** Ends of the y axis; round numbers around the data when absent. */
  readonly range?: readonly [min: number, max: number];
}

export interface ChartOptions {
  /** Pixels, 200 to 8192; default 900. */
  readonly width?: number;
  /** Pixels of one panel, 80 to 2048; default 220. */
  readonly panelHeight?: number;
  readonly title?: string;
  readonly subtitle?: string;
  /** What x is: `days`. */
  readonly xLabel?: string;
}

const ink: Colour = [38, 42, 48];
const softInk: Colour = [96, 102, 110];
const net: Colour = [40, 44, 52, 0.13];
const frame: Colour = [40, 44, 52, 0.55];
const colours: readonly Colour[] = schemeTableau10.map(parseColour);

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Lines over a common axis, one panel below the other. Throws `input.field` when there is nothing to draw or the lengths of a series
 * differ, `input.option` for sizes out of range.
 */
export function renderChart(panels: readonly Panel[], options: ChartOptions = {}): Image {
  const { width = 900, panelHeight = 220, title, subtitle } = options;
  checkInput(panels, width, panelHeight);
  const xs = panels.flatMap(({ series }) => series.flatMap(({ x }) => x));
  const [xMin, xMax] = spanOf(xs);
  const top = 16 + (title === undefined ? 0 : 30) + (subtitle === undefined ? 0 : 20);
  const gap = 34;
  const image = createImage(width, top + panels.length * (panelHeight + gap) + 26, paper);
  if (title !== undefined) drawText(image, title, 18, 32, { size: 19, colour: ink, weight: 'medium' });
  if (subtitle !== undefined) drawText(image, subtitle, 18, title === undefined ? 26 : 54, { size: 13.5, colour: softInk });
  for (const [index, panel] of panels.entries()) {
    const panelTop = top + index * (panelHeight + gap) + 22;
    const box = { left: 78, right: width - 22, top: panelTop, bottom: panelTop + panelHeight - 8 };
    drawPanel(image, panel, box, [xMin, xMax]);
    if (index === panels.length - 1) drawXAxis(image, box, [xMin, xMax], options.xLabel);
  }
  return image;
}

function checkInput(panels: readonly Panel[], width: number, panelHeight: number): void {
  const isWhole = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;
  if (!isWhole(width, 200, 8192) || !isWhole(panelHeight, 80, 2048)) {
    throw new DteError('input.option', `a chart of ${width} pixels with panels of ${panelHeight}`, {
      hint: 'width is 200 to 8192 pixels, panelHeight 80 to 2048',
    });
  }
  for (const { title, series } of panels) {
    for (const { name, x, y } of series) {
      if (x.length !== y.length)
        throw new DteError('input.field', `series '${name ?? title}' has ${x.length} places and ${y.length} values`);
    }
  }
  if (panels.every(({ series }) => series.every(({ y }) => !y.some(Number.isFinite)))) {
    throw new DteError('input.field', 'a chart without any value cannot be drawn');
  }
}

function spanOf(values: readonly number[]): readonly [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return [0, 1];
  return min < max ? [min, max] : [min - 0.5, max + 0.5];
}

function drawPanel(image: Image, panel: Panel, box: Frame, [xMin, xMax]: readonly [number, number]): void {
  const [min, max] = panel.range ?? niceRange(...spanOf(panel.series.flatMap(({ y }) => y)), 5);
  const xAt = (x: number): number => box.left + ((x - xMin) / (xMax - xMin)) * (box.right - box.left);
  const yAt = (y: number): number => box.bottom - ((y - min) / (max - min)) * (box.bottom - box.top);
  for (const tick of niceTicks(xMin, xMax, 12)) line(image, [xAt(tick), box.top, xAt(tick), box.bottom], 1, net);
  const ticks = niceTicks(min, max, 5);
  const { texts, power } = tickLabels(ticks);
  for (const [index, tick] of ticks.entries()) {
    const y = yAt(tick);
    line(image, [box.left, y, box.right, y], 1, net);
    drawText(image, texts[index] as string, box.left - 7, y + 4.4, { size: 12.5, colour: softInk, align: 'right' });
  }
  line(image, [box.left, box.top, box.right, box.top, box.right, box.bottom, box.left, box.bottom, box.left, box.top], 1.1, frame);
  drawSeries(image, panel.series, box, xAt, yAt);
  const units = [power === 0 ? '' : `10${superscript(power)}`, formatUnits(panel.units ?? '')].join(' ').trim();
  const heading = units === '' ? panel.title : `${panel.title} [${units}]`;
  drawText(image, heading, box.left, box.top - 7, { size: 13.5, colour: ink, weight: 'medium' });
  drawNames(image, panel.series, box);
}

/** Faint ones first, so that the others stay visible. */
function drawSeries(image: Image, series: readonly Series[], box: Frame, xAt: (x: number) => number, yAt: (y: number) => number): void {
  const limit = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
  const coloured = series.map((one, index) => ({ ...one, colour: colourOf(series, index) }));
  for (const { x, y, isFaint, colour } of [...coloured.filter(({ isFaint }) => isFaint), ...coloured.filter(({ isFaint }) => !isFaint)]) {
    const lines: number[][] = [[]];
    for (const [index, value] of y.entries()) {
      if (Number.isFinite(value)) lines.at(-1)?.push(xAt(x[index] as number), yAt(value));
      else lines.push([]);
    }
    const width = isFaint === true ? 1.1 : 2;
    const [red, green, blue] = colour;
    const shown: Colour = isFaint === true ? [red, green, blue, 0.45] : colour;
    paint(
      image,
      strokeCoverage(
        lines.filter(({ length }) => length > 2),
        width,
        limit,
      ),
      shown,
    );
    // A single value is a dot.
    for (const dot of lines.filter(({ length }) => length === 2)) paint(image, strokeCoverage([[...dot, ...dot]], 2 * width, limit), shown);
  }
}

function colourOf(series: readonly Series[], index: number): Colour {
  const named = series.slice(0, index + 1).filter(({ name }) => name !== undefined).length;
  return colours[Math.max(0, named - 1) % colours.length] as Colour;
}

/** The legend, at the right end of the heading. */
function drawNames(image: Image, series: readonly Series[], box: Frame): void {
  const style = { size: 12.5, colour: softInk } as const;
  let right = box.right;
  for (let index = series.length - 1; index >= 0; index--) {
    const name = series[index]?.name;
    if (name === undefined) continue;
    drawText(image, name, right, box.top - 7, { ...style, align: 'right' });
    right -= textWidth(name, style) + 7;
    line(image, [right - 16, box.top - 11, right, box.top - 11], 2.4, colourOf(series, index));
    right -= 16 + 14;
  }
}

function drawXAxis(image: Image, box: Frame, [min, max]: readonly [number, number], label: string | undefined): void {
  const ticks = niceTicks(min, max, 12);
  const { texts } = tickLabels(ticks, 0);
  for (const [index, tick] of ticks.entries()) {
    const x = box.left + ((tick - min) / (max - min)) * (box.right - box.left);
    drawText(image, texts[index] as string, x, box.bottom + 17, { size: 12.5, colour: softInk, align: 'centre' });
  }
  if (label !== undefined) {
    drawText(image, label, (box.left + box.right) / 2, box.bottom + 35, { size: 13, colour: ink, align: 'centre' });
  }
}

function line(image: Image, points: readonly number[], width: number, colour: Colour): void {
  paint(image, strokeCoverage([points], width, boxOf(image)), colour);
}
