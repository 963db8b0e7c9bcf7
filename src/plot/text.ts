import roboto from './roboto.json' with { type: 'json' };
import type { Colour, Image } from './image.js';
import { boxOf, fillCoverage, paint, type Polyline } from './raster.js';

export interface TextStyle {
  /** Pixels per em. */
  readonly size: number;
  readonly colour: Colour;
  readonly weight?: 'regular' | 'medium';
  /** Which point of the text stands at x. */
  readonly align?: 'left' | 'centre' | 'right';
}

interface Glyph {
  /** Em units to the next character. */
  readonly advance: number;
  /** Em units, y upwards. */
  readonly contours: readonly Polyline[];
}

// Raised characters are the plain ones, smaller and higher: the outlines then need no second set of digits.
const raised = '⁻⁰¹²³⁴⁵⁶⁷⁸⁹';
const plain = '−0123456789';
const raisedScale = 0.62;
const raisedShift = 0.34;

/** Width of a line of text in pixels. */
export function textWidth(text: string, style: Pick<TextStyle, 'size' | 'weight'>): number {
  let width = 0;
  for (const { glyph, scale } of shapes(text, style.weight ?? 'regular')) width += glyph.advance * scale * style.size;
  return width;
}

/** Draws one line of text with its baseline at `y`. A character outside the font shows as a question mark. */
export function drawText(image: Image, text: string, x: number, y: number, style: TextStyle): void {
  const shift = { left: 0, centre: 0.5, right: 1 }[style.align ?? 'left'];
  let pen = x - shift * textWidth(text, style);
  for (const { glyph, scale, rise } of shapes(text, style.weight ?? 'regular')) {
    const size = scale * style.size;
    const base = y - rise * style.size;
    const contours = glyph.contours.map((contour) =>
      contour.map((value, index) => (index % 2 === 0 ? pen + value * size : base - value * size)),
    );
    paint(image, fillCoverage(contours, boxOf(image)), style.colour);
    pen += glyph.advance * size;
  }
}

function shapes(text: string, weight: 'regular' | 'medium'): { glyph: Glyph; scale: number; rise: number }[] {
  return [...text].map((character) => {
    const index = raised.indexOf(character);
    if (index < 0) return { glyph: glyphOf(character, weight), scale: 1, rise: 0 };
    return { glyph: glyphOf(plain[index], weight), scale: raisedScale, rise: raisedShift };
  });
}

function glyphOf(character: string, weight: 'regular' | 'medium'): Glyph {
  const outlines: Readonly<Record<string, string>> = roboto[weight];
  return parseGlyph(outlines[character] ?? outlines['?']);
}

/** `advance path`, the path in SVG commands M, L, Q, Z. Curves become short straight pieces. */
function parseGlyph(text: string): Glyph {
  const unit = 1 / roboto.unitsPerEm;
  const contours: number[][] = [];
  let contour: number[] = [];
  for (const [, command, numbers] of text.matchAll(/([MLQ])([-\d ]+)/g)) {
    const [x, y, endX, endY] = numbers.split(' ').map((number) => Number(number) * unit);
    if (command === 'M') contours.push((contour = [x, y]));
    else if (command === 'L') contour.push(x, y);
    else addCurve(contour, x, y, endX, endY);
  }
  return { advance: Number.parseInt(text, 10) * unit, contours };
}

function addCurve(contour: number[], controlX: number, controlY: number, endX: number, endY: number): void {
  const pieces = 5;
  const [startX, startY] = contour.slice(-2);
  for (let piece = 1; piece <= pieces; piece++) {
    const t = piece / pieces;
    const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    contour.push(a * startX + b * controlX + c * endX, a * startY + b * controlY + c * endY);
  }
}
