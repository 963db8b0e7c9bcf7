import { type GeoContext, geoPath, type GeoPermissibleObjects, type GeoProjection } from 'd3-geo';
import type { Polyline } from './raster.js';

/** The lines that a shape on the sphere becomes in the picture: cut, clipped and refined by the projection. */
export function projectLines(geo: GeoProjection, shape: GeoPermissibleObjects): Polyline[] {
  const lines: number[][] = [];
  let line: number[] = [];
  const context: GeoContext = {
    beginPath: () => undefined,
    moveTo: (x, y) => lines.push((line = [x, y])),
    lineTo: (x, y) => line.push(x, y),
    closePath: () => line.push(line[0], line[1]),
    // Only points become arcs, and no point is ever drawn.
    arc: () => undefined,
  };
  geoPath(geo, context)(shape);
  return lines;
}
