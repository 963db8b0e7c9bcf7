import type { MultiLineString } from 'geojson';
import { mesh } from 'topojson-client';
import type { Topology } from 'topojson-specification';

/** Scale of the drawing that the coastline was made for, one to so many million: 110 is coarse, 50 finer. */
export type CoastlineScale = 110 | 50;

/** Natural Earth coastlines (public domain) as lines of longitude and latitude; read when first asked for. */
export async function loadCoastline(scale: CoastlineScale): Promise<MultiLineString> {
  const { default: land } =
    scale === 110
      ? await import('world-atlas/land-110m.json', { with: { type: 'json' } })
      : await import('world-atlas/land-50m.json', { with: { type: 'json' } });
  const topology = land as unknown as Topology;
  return mesh(topology, topology.objects.land as Parameters<typeof mesh>[1]);
}

/** The coarsest coastline whose corners do not show at this many degrees to the pixel. */
export function coastlineScale(degreesPerPixel: number): CoastlineScale {
  return degreesPerPixel > 0.4 ? 110 : 50;
}
