import type { CellPolygons } from '../grid.js';
import { eachNested, faceRing, faceTurn, ringIndex } from './pixels.js';
import { ringLatitudes } from './rings.js';

/**
 * The four corners of every pixel, south, east, north, west, in the order of the points. Corners are pixel corners of HEALPix
 * proper; the edges between them are great circles, so that cell areas are equal only in the limit (within 5 % at nside 4).
 * A corner on a pole has longitude 0. Corners are found from whole numbers: cells that share one state the same bits.
 */
export function healpixCells(nside: number, order: 'ring' | 'nested'): CellPolygons {
  const points = 12 * nside * nside;
  const start = Uint32Array.from({ length: points + 1 }, (_, point) => 4 * point);
  const cells = { start, lat: new Float64Array(4 * points), lon: new Float64Array(4 * points) };
  const corner = cornerWriter(nside, cells);
  const put = (point: number, face: number, x: number, y: number) => {
    corner(4 * point, face, x, y);
    corner(4 * point + 1, face, x + 1, y);
    corner(4 * point + 2, face, x + 1, y + 1);
    corner(4 * point + 3, face, x, y + 1);
  };
  if (order === 'nested') eachNested(nside, put);
  else {
    for (let face = 0; face < 12; face++) {
      for (let y = 0; y < nside; y++) for (let x = 0; x < nside; x++) put(ringIndex(nside, face, x, y), face, x, y);
    }
  }
  return cells;
}

function cornerWriter(nside: number, { lat, lon }: CellPolygons): (at: number, face: number, x: number, y: number) => void {
  const lats = ringLatitudes(nside);
  return (at, face, x, y) => {
    // Corners lie on the rings of pixel centres and on the poles.
    const ring = (faceRing[face] as number) * nside - x - y;
    if (ring === 0 || ring === 4 * nside) {
      lat[at] = ring === 0 ? 90 : -90;
      return;
    }
    lat[at] = lats[ring - 1];
    const width = Math.min(ring, nside, 4 * nside - ring);
    const steps = (faceTurn[face] as number) * width + x - y;
    lon[at] = (45 * (((steps % (8 * width)) + 8 * width) % (8 * width))) / width;
  };
}
