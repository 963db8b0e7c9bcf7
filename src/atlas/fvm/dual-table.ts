import { DteError } from '../../base/index.js';
import { forEachCell, itemOfNode } from '../functionspace/columns.js';
import type { Mesh } from '../mesh/index.js';
import { entryOf, newTable, type Table } from './stencil.js';

/** A corner of a cell in the plane of its node, which is the origin: middles of the edges to the next and the last corner, and the cell's centre. `[x, y]` each */
export interface Corner {
  readonly next: Float64Array;
  readonly last: Float64Array;
  readonly centre: Float64Array;
}

/** An empty table with room for the neighbours of every node. `input.grid` for a cell that has a corner twice. */
export function dualTable(mesh: Mesh, items: number): Table {
  // As many neighbours as cells, and one more at the edge of an open mesh.
  const capacity = new Uint32Array(items).fill(1);
  forEachCell(mesh, (nodes, cell) => {
    for (let k = 0; k < nodes.length; k++) {
      const item = itemOfNode(mesh, items, nodes[k]);
      for (let other = k + 1; other < nodes.length; other++) if (itemOfNode(mesh, items, nodes[other]) === item) refuse(cell, nodes);
      capacity[item]++;
    }
  });
  return newTable(capacity);
}

function refuse(cell: number, nodes: Uint32Array): never {
  throw new DteError('input.grid', `cell ${cell} of the mesh has a corner twice (nodes ${nodes.join(', ')})`, {
    hint: 'cells need three or four different corners',
  });
}

/** Adds one corner of a cell to the median dual: faces run from the middle of every edge to the centres of its two cells. */
export function dualCorner(table: Table, node: number, nextNode: number, lastNode: number, { next, last, centre }: Corner): void {
  // Cells run counter-clockwise, so the normal to the right of the way from an edge's middle to the centre points along the edge.
  addFace(table, entryOf(table, node, nextNode), centre[1] - next[1], next[0] - centre[0]);
  addFace(table, entryOf(table, node, lastNode), last[1] - centre[1], centre[0] - last[0]);
  // Quadrilateral node, next, centre, last by its diagonals.
  table.volume[node] += (centre[0] * (last[1] - next[1]) - centre[1] * (last[0] - next[0])) / 2;
}

function addFace({ x, y }: Table, entry: number, dx: number, dy: number): void {
  x[entry] += dx;
  y[entry] += dy;
}
