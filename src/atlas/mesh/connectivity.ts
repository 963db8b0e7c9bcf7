import { cellCount, type Connectivity, type Edges, type Mesh } from './mesh.js';

/** A list of groups of `width` items: the nodes of quadrilaterals, of edges, ... */
interface Groups {
  readonly items: Uint32Array;
  readonly width: number;
}

/** For every item, the groups that hold it, ascending; groups are numbered through all lists. */
function groupsOf(items: number, lists: readonly Groups[]): Connectivity {
  const start = new Uint32Array(items + 1);
  for (const list of lists) for (let at = 0; at < list.items.length; at++) start[list.items[at] + 1]++;
  for (let item = 0; item < items; item++) start[item + 1] += start[item];
  const index = new Uint32Array(start[items]);
  const next = start.slice(0, items);
  let base = 0;
  for (const { items: values, width } of lists) {
    const groups = values.length / width;
    for (let group = 0, at = 0; group < groups; group++) {
      for (let k = 0; k < width; k++, at++) index[next[values[at]]++] = base + group;
    }
    base += groups;
  }
  return { start, index };
}

/** Cells around every node, quadrilaterals first. */
export function nodeCells({ nodes, quads, triangles }: Mesh): Connectivity {
  return groupsOf(nodes, [
    { items: quads, width: 4 },
    { items: triangles, width: 3 },
  ]);
}

/** Edges at every node, those across a pole last. */
export function nodeEdges(mesh: Mesh, edges: Edges): Connectivity {
  return groupsOf(mesh.nodes, [{ items: edges.nodes, width: 2 }]);
}

/** Nodes of every cell, quadrilaterals first. */
export function cellNodes(mesh: Mesh): Connectivity {
  const { quads, triangles } = mesh;
  const index = new Uint32Array(quads.length + triangles.length);
  index.set(quads);
  index.set(triangles, quads.length);
  return { start: cellStarts(mesh), index };
}

/** Where the corners of each cell begin in a list of all corners. `[cells + 1]` */
export function cellStarts(mesh: Mesh): Uint32Array {
  const cells = cellCount(mesh);
  const quads = mesh.quads.length / 4;
  const start = new Uint32Array(cells + 1);
  for (let cell = 1; cell <= cells; cell++) start[cell] = start[cell - 1] + (cell <= quads ? 4 : 3);
  return start;
}
