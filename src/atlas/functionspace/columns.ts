import { DteError } from '../../base/index.js';
import type { Grid } from '../grid.js';
import { cellAreas, type Mesh, type MeshPart, nodeAreas, nodeFlag, noIndex } from '../mesh/index.js';
import { checkLevelCount } from './partition-lists.js';
import type { FunctionSpace, SpacePart } from './space.js';

export interface ColumnsOptions {
  /** The grid whose points are the nodes (or, for `centring: 'cells'`, the cells) of the mesh. */
  readonly grid?: Grid;
  /** The same mesh in parts, with the halos that the space is to have. Default: one part. */
  readonly parts?: readonly MeshPart[];
  readonly levels?: number;
}

/**
 * Values at the nodes of a mesh: its points and poles. Nodes that repeat others are halo. Places of a part are the nodes of its
 * mesh, in order, and behind them the nodes opposite to its own across a pole, which operators take for neighbours.
 */
export interface NodeColumns extends FunctionSpace {
  readonly kind: 'NodeColumns';
  readonly mesh: Mesh;
}

/** Values in the cells of a mesh. A part's own quadrilaterals come first, then its own triangles, then the halo's of both. */
export interface CellColumns extends FunctionSpace {
  readonly kind: 'CellColumns';
  readonly mesh: Mesh;
}

/** `input.grid` for a grid whose points are not the mesh's. */
export function nodeColumns(mesh: Mesh, options: ColumnsOptions = {}): NodeColumns {
  const levels = checkLevelCount(options.levels);
  const items = countItems(mesh);
  checkGrid(options.grid, mesh.centring === 'nodes' ? mesh.points : 0, items, 'nodes');
  const opposite = oppositeNodes(mesh, items);
  const parts = options.parts?.map((part) => nodePart(mesh, items, part, opposite)) ?? [wholeNodes(mesh, items)];
  const { grid } = options;
  return { kind: 'NodeColumns', mesh, items, levels, parts, areas: itemAreas(mesh, items), ...(grid === undefined ? {} : { grid }) };
}

/** `input.grid` for a grid whose points are not the mesh's cells. */
export function cellColumns(mesh: Mesh, options: ColumnsOptions = {}): CellColumns {
  const levels = checkLevelCount(options.levels);
  const items = mesh.quads.length / 4 + mesh.triangles.length / 3;
  checkGrid(options.grid, mesh.centring === 'cells' ? mesh.points : 0, items, 'cells');
  const whole = { owned: items, size: items, item: Uint32Array.from({ length: items }, (_, cell) => cell) };
  const parts = options.parts?.map(cellPart) ?? [whole];
  const { grid } = options;
  return { kind: 'CellColumns', mesh, items, levels, parts, areas: cellAreas(mesh), ...(grid === undefined ? {} : { grid }) };
}

/** The item of a node of the whole mesh: nodes that repeat a point are that point. */
export function itemOfNode(mesh: Mesh, items: number, node: number): number {
  if (node < items) return node;
  const point = mesh.pointOf[node] as number;
  if (point !== noIndex) return point;
  throw new DteError('input.grid', `node ${node} of the mesh repeats no point`, { hint: 'nodes behind the points and poles have to' });
}

/** Corners of every cell, quadrilaterals first. */
export function forEachCell(
  { quads, triangles }: Pick<Mesh, 'quads' | 'triangles'>,
  visit: (nodes: Uint32Array, cell: number) => void,
): void {
  for (let start = 0; start < quads.length; start += 4) visit(quads.subarray(start, start + 4), start / 4);
  for (let start = 0; start < triangles.length; start += 3) visit(triangles.subarray(start, start + 3), quads.length / 4 + start / 3);
}

/** Nodes up to the first that repeats another. */
function countItems({ nodes, flags }: Mesh): number {
  let items = 0;
  while (items < nodes && ((flags[items] as number) & (nodeFlag.ghost | nodeFlag.periodic)) === 0) items++;
  return items;
}

function checkGrid(grid: Grid | undefined, points: number, items: number, what: string): void {
  if (grid === undefined || (grid.points === points && points === items)) return;
  const reason = `a grid of ${grid.points} points on a mesh of ${points} points and ${items} ${what}`;
  throw new DteError('input.grid', reason, {
    hint: `each of the ${what} has to be a point (a mesh without pole nodes), or leave out the grid`,
  });
}

function wholeNodes(mesh: Mesh, items: number): SpacePart {
  return { owned: items, size: mesh.nodes, item: Uint32Array.from({ length: mesh.nodes }, (_, node) => itemOfNode(mesh, items, node)) };
}

function nodePart(mesh: Mesh, items: number, part: MeshPart, opposite: ReadonlyMap<number, number>): SpacePart {
  const item = part.globalIndex.map((node) => itemOfNode(mesh, items, node));
  const owned = item.subarray(0, part.ownedNodes);
  const known = new Set(item);
  const further = Array.from(owned, (node) => opposite.get(node)).filter((node) => node !== undefined && !known.has(node));
  return { owned: owned.length, size: item.length + further.length, item: Uint32Array.from([...item, ...(further as number[])]) };
}

/** Nodes of the rows next to patched poles, and those half a circle further: longitudes agree to a micro-degree, as for the median dual. */
function oppositeNodes(mesh: Mesh, items: number): ReadonlyMap<number, number> {
  const circle = 360_000_000;
  const keyOf = (node: number, turn: number): string => {
    const lon = Math.round((mesh.lon[node] as number) * 1e6) + turn;
    return `${Math.sign(mesh.lat[node] as number)} ${((lon % circle) + circle) % circle}`;
  };
  const polar = new Set(
    Array.from(mesh.triangles.subarray(mesh.triangles.length - 3 * mesh.patchTriangles), (node) => itemOfNode(mesh, items, node)),
  );
  const byLongitude = new Map(Array.from(polar, (node) => [keyOf(node, 0), node]));
  return new Map(
    Array.from(polar, (node) => [node, byLongitude.get(keyOf(node, circle / 2))] as const).filter(
      (pair): pair is readonly [number, number] => pair[1] !== undefined,
    ),
  );
}

function cellPart({ quads, triangles, ownedQuads, ownedTriangles, globalCell }: MeshPart): SpacePart {
  const quadCount = quads.length / 4;
  const size = quadCount + triangles.length / 3;
  const item = new Uint32Array(size);
  const owned = ownedQuads + ownedTriangles;
  item.set(globalCell.subarray(0, ownedQuads));
  item.set(globalCell.subarray(quadCount, quadCount + ownedTriangles), ownedQuads);
  item.set(globalCell.subarray(ownedQuads, quadCount), owned);
  item.set(globalCell.subarray(quadCount + ownedTriangles), owned + quadCount - ownedQuads);
  return { owned, size, item };
}

/** The shares of the cells around each node, repeated nodes counted with what they repeat. */
function itemAreas(mesh: Mesh, items: number): Float64Array {
  const areas = new Float64Array(items);
  nodeAreas(mesh).forEach((area, node) => {
    areas[itemOfNode(mesh, items, node)] += area;
  });
  return areas;
}
