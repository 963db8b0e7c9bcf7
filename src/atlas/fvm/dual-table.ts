import { DteError } from '../../base/index.js';
import { forEachCell, itemOfNode } from '../functionspace/columns.js';
import type { Mesh } from '../mesh/index.js';
import { entryOf, newTable, type Table } from './stencil.js';

/** A point in the plane of a node, the node itself at the origin. */
export type Point = readonly [x: number, y: number];

/** A corner of a cell in the plane of its node: middles of the edges to the next and the last corner, and the cell's centre. */
export interface Corner {
  readonly next: Point;
  readonly last: Point;
  readonly centre: Point;
}

/**
 * Median dual: faces run from the middle of every edge to the centres of its two cells. `cornerOf` says where these lie in the
 * plane of corner k of a cell whose nodes are given.
 */
export function dualTable(mesh: Mesh, items: number, cornerOf: (nodes: Uint32Array, k: number) => Corner): Table {
  const capacity = new Uint32Array(items).fill(1);
  forEachCell(mesh, (nodes) => {
    for (const node of nodes) capacity[itemOfNode(mesh, items, node)]! += 1;
  });
  const table = newTable(capacity);
  forEachCell(mesh, (nodes, cell) => {
    const ids = Array.from(nodes, (node) => itemOfNode(mesh, items, node));
    if (new Set(ids).size !== ids.length) {
      throw new DteError('input.grid', `cell ${cell} of the mesh has a corner twice (nodes ${nodes.join(', ')})`, {
        hint: 'cells need three or four different corners',
      });
    }
    for (let k = 0; k < ids.length; k++) addCorner(table, ids, k, cornerOf(nodes, k));
  });
  return table;
}

function addCorner(table: Table, ids: readonly number[], k: number, { next, last, centre }: Corner): void {
  const node = ids[k] as number;
  // Cells run counter-clockwise, so the normal to the right of the way from an edge's middle to the centre points along the edge.
  addFace(table, entryOf(table, node, ids[(k + 1) % ids.length] as number), centre[1] - next[1], next[0] - centre[0]);
  addFace(table, entryOf(table, node, ids[(k + ids.length - 1) % ids.length] as number), last[1] - centre[1], centre[0] - last[0]);
  // Quadrilateral node, next, centre, last by its diagonals.
  table.volume[node]! += (centre[0] * (last[1] - next[1]) - centre[1] * (last[0] - next[0])) / 2;
}

function addFace({ x, y }: Table, entry: number, dx: number, dy: number): void {
  x[entry]! += dx;
  y[entry]! += dy;
}
