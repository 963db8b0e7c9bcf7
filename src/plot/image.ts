/** A picture: rows from the top, four bytes red, green, blue, opacity per pixel, not premultiplied. `[height, width, 4]` */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Red, green, blue in 0..255 and opacity in 0..1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity?: number];

/** An opaque picture of one colour. */
export function createImage(width: number, height: number, [red, green, blue]: Colour): Image {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at += 4) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
    data[at + 3] = 255;
  }
  return { width, height, data };
}

/** Lays `colour` over one pixel of an opaque picture; `coverage` is the covered part of the pixel, 0..1. */
export function blendPixel(image: Image, pixel: number, [red, green, blue, opacity = 1]: Colour, coverage: number): void {
  const weight = opacity * coverage;
  const at = pixel * 4;
  const { data } = image;
  data[at] = data[at] + (red - data[at]) * weight;
  data[at + 1] = data[at + 1] + (green - data[at + 1]) * weight;
  data[at + 2] = data[at + 2] + (blue - data[at + 2]) * weight;
}
