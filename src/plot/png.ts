import { encode } from 'fast-png';
import type { Image } from './image.js';

/** The bytes of a PNG file (8 bits, red, green, blue; the pictures of this folder are opaque). */
export function encodePng(image: Image): Uint8Array {
  const pixels = image.width * image.height;
  const data = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    data[pixel * 3] = image.data[pixel * 4];
    data[pixel * 3 + 1] = image.data[pixel * 4 + 1];
    data[pixel * 3 + 2] = image.data[pixel * 4 + 2];
  }
  return encode({ width: image.width, height: image.height, data, channels: 3, depth: 8 });
}
