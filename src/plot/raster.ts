import { blendPixel, type Colour, type Image } from './image.js';

/** Corner points of a line or of the edge of an area, in pixels: x0, y0, x1, y1, ... with pixel (0, 0) covering 0..1 on both axes. */
export type Polyline = readonly number[];

/** Whole pixels: `left <= x < right`, `top <= y < bottom`. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The part of each pixel of `box` that a shape covers, 0..1, row by row. */
export interface Coverage {
  readonly box: Box;
  readonly parts: Float32Array;
}

/** The pixels of an image as a box. */
export function boxOf({ width, height }: { readonly width: number; readonly height: number }): Box {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** Lays a colour over every pixel in proportion to its coverage. */
export function paint(image: Image, { box, parts }: Coverage, colour: Colour): void {
  let at = 0;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++, at++) {
      if (parts[at] > 0) blendPixel(image, y * image.width + x, colour, parts[at]);
    }
  }
}

/**
 * Exact area coverage of a filled shape, cut to `limit`. The contours close themselves; an inner contour that runs the other
 * way round is a hole. Each edge adds the signed area to its right to the pixels of its scanlines; the running sum along a
 * scanline is then the coverage (the method of the libart and font-rs rasterisers).
 */
export function fillCoverage(contours: readonly Polyline[], limit: Box): Coverage {
  const box = boundingBox(contours, 0, limit);
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  // One more column takes what leaves the box on its right.
  const stride = width + 1;
  const area = new Float32Array(stride * height);
  for (const contour of contours) {
    const count = contour.length;
    for (let at = 0; at < count; at += 2) {
      const next = (at + 2) % count;
      addEdge(
        area,
        stride,
        height,
        contour[at] - box.left,
        contour[at + 1] - box.top,
        contour[next] - box.left,
        contour[next + 1] - box.top,
      );
    }
  }
  const parts = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += area[y * stride + x];
      parts[y * width + x] = Math.min(1, Math.abs(sum));
    }
  }
  return { box, parts };
}

function addEdge(area: Float32Array, stride: number, height: number, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return;
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  const last = Math.min(height, Math.ceil(bottomY));
  const limit = stride - 1;
  for (let y = Math.max(0, Math.floor(topY)); y < last; y++) {
    const from = Math.max(topY, y);
    const to = Math.min(bottomY, y + 1);
    const covered = (to - from) * direction;
    const xFrom = clamp(topX + (from - topY) * slope, limit);
    const xTo = clamp(topX + (to - topY) * slope, limit);
    addSpan(area, y * stride, Math.min(xFrom, xTo), Math.max(xFrom, xTo), covered);
  }
}

/** Spreads one scanline's part of an edge, `left`..`right`, over the pixels that it crosses. */
function addSpan(area: Float32Array, start: number, left: number, right: number, covered: number): void {
  const first = Math.floor(left);
  const last = Math.ceil(right);
  if (last <= first + 1) {
    const inside = covered * (first + 1 - (left + right) / 2);
    area[start + first] += inside;
    if (inside !== covered) area[start + first + 1] += covered - inside;
    return;
  }
  // The running integral of the edge over x; differences of it give what each pixel adds.
  const perPixel = covered / (right - left);
  let before = 0;
  let before2 = 0;
  for (let x = first; x <= last; x++) {
    const reach = Math.min(Math.max(x + 1 - left, 0), right - left);
    const beyond = Math.max(x + 1 - right, 0);
    const integral = (perPixel * (reach * reach)) / 2 + covered * beyond;
    area[start + x] += integral - before - before2;
    before2 = integral - before;
    before = integral;
  }
}

/** Coverage of lines of one width with round ends and joints, cut to `limit`: one minus the distance to the nearest segment. */
export function strokeCoverage(lines: readonly Polyline[], width: number, limit: Box): Coverage {
  const reach = width / 2 + 0.5;
  const box = boundingBox(lines, reach, limit);
  const columns = box.right - box.left;
  const parts = new Float32Array(columns * (box.bottom - box.top));
  // A line thinner than a pixel covers at most its width of it.
  const most = Math.min(1, width);
  for (const line of lines) {
    for (let at = 0; at + 3 < line.length; at += 2) {
      strokeSegment(parts, box, line[at], line[at + 1], line[at + 2], line[at + 3], reach, most);
    }
  }
  return { box, parts };
}

function strokeSegment(parts: Float32Array, box: Box, x0: number, y0: number, x1: number, y1: number, reach: number, most: number): void {
  const columns = box.right - box.left;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length2 = dx * dx + dy * dy;
  const top = Math.max(box.top, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(box.bottom, Math.ceil(Math.max(y0, y1) + reach));
  const left = Math.max(box.left, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(box.right, Math.ceil(Math.max(x0, x1) + reach));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
      const ox = px - along * dx;
      const oy = py - along * dy;
      const part = Math.min(most, reach - Math.sqrt(ox * ox + oy * oy));
      const at = (y - box.top) * columns + (x - box.left);
      if (part > parts[at]) parts[at] = part;
    }
  }
}

function boundingBox(lines: readonly Polyline[], margin: number, limit: Box): Box {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    for (let at = 0; at < line.length; at += 2) {
      left = Math.min(left, line[at]);
      right = Math.max(right, line[at]);
      top = Math.min(top, line[at + 1]);
      bottom = Math.max(bottom, line[at + 1]);
    }
  }
  const box = {
    left: Math.max(limit.left, Math.floor(left - margin)),
    top: Math.max(limit.top, Math.floor(top - margin)),
    right: Math.min(limit.right, Math.ceil(right + margin)),
    bottom: Math.min(limit.bottom, Math.ceil(bottom + margin)),
  };
  return box.left < box.right && box.top < box.bottom ? box : { left: limit.left, top: limit.top, right: limit.left, bottom: limit.top };
}

function clamp(x: number, limit: number): number {
  return Math.min(Math.max(x, 0), limit);
}
