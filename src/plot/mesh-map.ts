import { type Area, cellCount, checkArea, type Mesh, meshEdges } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { type Colour, createImage, type Image } from './image.js';
import { projectLines } from './lines.js';
import { drawDegrees, drawLines, drawTitle, layoutFor, paper } from './map.js';
import { createProjection, type Projection, type ProjectionName } from './projection.js';
import { fillCoverage, paint, strokeCoverage } from './raster.js';

export interface MeshMapOptions {
  /** Pixels, 200 to 8192; default 1200. */
  readonly width?: number;
  readonly projection?: ProjectionName;
  /** What to show; default the whole Earth. */
  readonly area?: Area;
  /** Middle of the map, degrees. */
  readonly centre?: readonly [lon: number, lat: number];
  readonly title?: string;
  readonly subtitle?: string;
  /** A number per cell that decides its colour: the part that owns it. Default: triangles have another colour than quadrilaterals. `[cells]` */
  readonly group?: ArrayLike<number>;
  /** Default true. */
  readonly coastlines?: boolean;
}

/** More cells than this take minutes, and none of them could be seen. */
const mostCells = 1_000_000;
const edgeInk: Colour = [30, 42, 66, 0.75];
const quadColour: Colour = [226, 236, 246];
const triangleColour: Colour = [250, 232, 208];

/**
 * A picture of a mesh: its cells in pale colours, edges as great circles, coastlines over it. Throws `limit.range` for a mesh
 * of more than a million cells, `input.field` for groups that do not fit it, and what `renderMap` throws for its options.
 */
export async function renderMesh(mesh: Mesh, options: MeshMapOptions = {}): Promise<Image> {
  const width = options.width ?? 1200;
  checkMesh(mesh, options.group, width);
  const layout = layoutFor(width, options);
  const area = options.area === undefined ? undefined : checkArea(options.area);
  const projection = createProjection({
    name: options.projection ?? 'equirectangular',
    area: area ?? (options.projection === undefined || options.projection === 'equirectangular' ? globe : undefined),
    centre: options.centre,
    left: layout.margin + layout.labelWidth,
    top: layout.mapTop,
    width: width - 2 * layout.margin - layout.labelWidth,
    maxHeight: Math.round(width * 0.72),
  });
  const image = createImage(width, projection.box.bottom + layout.labelHeight + layout.margin, paper);
  for (const [colour, rings] of ringsByColour(mesh, options.group)) {
    const shape = { type: 'MultiPolygon', coordinates: rings } as const;
    paint(image, fillCoverage(projectLines(projection.geo, shape), projection.box), colour);
  }
  drawEdges(image, projection, mesh);
  await drawLines(image, projection, area ?? globe, { graticule: false, coastlines: options.coastlines ?? true });
  if (layout.labelWidth > 0) drawDegrees(image, projection, area ?? globe, layout);
  drawTitle(image, layout, options);
  return image;
}

const globe: Area = { north: 90, west: -180, south: -90, east: 180 };

function checkMesh(mesh: Mesh, group: MeshMapOptions['group'], width: number): void {
  const cells = cellCount(mesh);
  if (cells > mostCells) {
    throw new DteError('limit.range', `a mesh of ${cells} cells is too fine to be drawn`, {
      hint: `at most ${mostCells}: take a coarser grid, or a part of it`,
    });
  }
  if (group !== undefined && group.length !== cells) throw new DteError('input.field', `${group.length} groups for ${cells} cells`);
  if (!Number.isInteger(width) || width < 200 || width > 8192) {
    throw new DteError('input.option', `width ${width} is not a whole number of pixels from 200 to 8192`, { where: { option: 'width' } });
  }
}

type Ring = [number, number][];

/** Cells as rings of longitude and latitude, those of one colour together: filled at once, no seam shows between neighbours. */
function ringsByColour(mesh: Mesh, group: MeshMapOptions['group']): Map<Colour, Ring[][]> {
  const colours = new Map<number, Colour>();
  const rings = new Map<Colour, Ring[][]>();
  const quads = mesh.quads.length / 4;
  for (let cell = 0; cell < cellCount(mesh); cell++) {
    const isQuad = cell < quads;
    const number = group?.[cell] ?? (isQuad ? -1 : -2);
    const colour = colours.get(number) ?? (number === -1 ? quadColour : number === -2 ? triangleColour : paleColour(number));
    colours.set(number, colour);
    const corners = isQuad
      ? mesh.quads.subarray(4 * cell, 4 * cell + 4)
      : mesh.triangles.subarray(3 * (cell - quads), 3 * (cell - quads) + 3);
    const ring = ringOf(mesh, corners);
    const list = rings.get(colour) ?? [];
    list.push([ring]);
    rings.set(colour, list);
  }
  return rings;
}

/**
 * d3-geo wants the inside on the right. An edge right through a pole leaves open which side that is on: the place of its node with the
 * higher number, which both cells beside it know, moves by less than can be seen.
 */
function ringOf({ lat, lon }: Mesh, corners: Uint32Array): Ring {
  const ring: Ring = [];
  for (let k = corners.length - 1; k >= 0; k--) {
    const node = corners[k];
    const isThrough = (other: number): boolean => Math.abs(Math.abs(lon[other] - lon[node]) - 180) < 1e-6 && node > other;
    const moved = isThrough(corners[(k + 1) % corners.length]) || isThrough(corners[(k + corners.length - 1) % corners.length]);
    ring.push([lon[node] + (moved ? 1e-4 : 0), lat[node]]);
  }
  ring.push(ring[0]);
  return ring;
}

/** Hues a golden angle apart: neighbours in number differ most, and none returns soon. */
function paleColour(number: number): Colour {
  const hue = (number * 137.508) % 360;
  const channel = (shift: number): number => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.82 - 0.14 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function drawEdges(image: Image, projection: Projection, mesh: Mesh): void {
  const { nodes, count } = meshEdges(mesh);
  const coordinates = Array.from({ length: count }, (_, edge) =>
    [nodes[2 * edge], nodes[2 * edge + 1]].map((node) => [mesh.lon[node], mesh.lat[node]]),
  );
  const lines = projectLines(projection.geo, { type: 'MultiLineString', coordinates });
  // Fine meshes would be black: lines are thinner the more of them there are on a pixel.
  const pixels = (projection.box.right - projection.box.left) * (projection.box.bottom - projection.box.top);
  const length = lines.reduce((sum, line) => sum + lengthOf(line), 0);
  paint(image, strokeCoverage(lines, Math.max(0.12, Math.min(1, (0.3 * pixels) / Math.max(length, 1))), projection.box), edgeInk);
}

function lengthOf(line: readonly number[]): number {
  let length = 0;
  for (let at = 2; at < line.length; at += 2) length += Math.hypot(line[at] - line[at - 2], line[at + 1] - line[at - 1]);
  return length;
}
