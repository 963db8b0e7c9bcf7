import { DteError } from '../../base/index.js';
import { forEachCell, itemOfNode } from '../functionspace/columns.js';
import { type Edges, medianDual, type Mesh } from '../mesh/index.js';
import { entryOf, newTable, sortedEntries, type Stencil, type Table } from './stencil.js';

const degree = Math.PI / 180;

/**
 * Operators in the plane of longitude and latitude on the median dual mesh, as atlas' fvm has them: metric terms cos(lat) at the
 * nodes, and an edge across the pole from every node of the row next to it to the opposite one. Nodes at a pole itself have no
 * operators. `unsupported.grid` where no node lies opposite.
 */
export function lonLatStencil(mesh: Mesh, items: number, radius: number): Stencil {
  const { edges, volume, normal } = medianDual(mesh);
  const table = newTable(neighbourCounts(mesh, items, edges));
  volume.forEach((area, node) => {
    table.volume[itemOfNode(mesh, items, node)]! += area * degree * degree;
  });
  const inner = edges.count - edges.poleEdges;
  for (let edge = 0; edge < inner; edge++) {
    const [a, b] = endsOf(mesh, items, edges, edge);
    addFace(table, entryOf(table, a, b), (normal[2 * edge] as number) * degree, (normal[2 * edge + 1] as number) * degree);
    addFace(table, entryOf(table, b, a), -(normal[2 * edge] as number) * degree, -(normal[2 * edge + 1] as number) * degree);
  }
  const poles = new Map<number, number>();
  for (let edge = inner; edge < edges.count; edge++) {
    const [a, b] = endsOf(mesh, items, edges, edge);
    poles.set(a, closingEntry(table, a, b)).set(b, closingEntry(table, b, a));
  }
  checkPoles(mesh, items, poles);
  return stencilOf(mesh, table, poles, items, radius);
}

/** True when no cell but those that patch a pole goes around one, and no node stands for a pole only: else the plane has no place for them. */
export function fitsLonLat(mesh: Mesh, items: number): boolean {
  if (items !== mesh.points || mesh.centring !== 'nodes') return false;
  const regular = { quads: mesh.quads, triangles: mesh.triangles.subarray(0, mesh.triangles.length - 3 * mesh.patchTriangles) };
  let fits = true;
  forEachCell(regular, (nodes) => {
    let around = 0;
    for (let k = 0; k < nodes.length; k++) {
      const a = nodes[k] as number;
      const b = nodes[(k + 1) % nodes.length] as number;
      // A pole has every longitude.
      if (Math.abs(mesh.lat[a] as number) === 90 || Math.abs(mesh.lat[b] as number) === 90) return;
      const difference = (mesh.lon[b] as number) - (mesh.lon[a] as number);
      around += difference - 360 * Math.round(difference / 360);
    }
    if (Math.abs(around) > 1) fits = false;
  });
  return fits;
}

function endsOf(mesh: Mesh, items: number, { nodes }: Edges, edge: number): readonly [number, number] {
  return [itemOfNode(mesh, items, nodes[2 * edge] as number), itemOfNode(mesh, items, nodes[2 * edge + 1] as number)];
}

function neighbourCounts(mesh: Mesh, items: number, edges: Edges): Uint32Array {
  const counts = new Uint32Array(items);
  for (let edge = 0; edge < edges.count; edge++) for (const end of endsOf(mesh, items, edges, edge)) counts[end]!++;
  return counts;
}

function addFace({ x, y }: Table, entry: number, dx: number, dy: number): void {
  x[entry]! += dx;
  y[entry]! += dy;
}

/** The face at the pole: what all others leave open. */
function closingEntry(table: Table, node: number, opposite: number): number {
  const first = table.start[node] as number;
  const end = first + (table.count[node] as number);
  let open = 0;
  for (let entry = first; entry < end; entry++) open -= table.y[entry] as number;
  const entry = entryOf(table, node, opposite);
  addFace(table, entry, 0, open);
  return entry;
}

function checkPoles(mesh: Mesh, items: number, poles: ReadonlyMap<number, number>): void {
  for (const node of mesh.triangles.subarray(mesh.triangles.length - 3 * mesh.patchTriangles)) {
    if (poles.has(itemOfNode(mesh, items, node))) continue;
    throw new DteError(
      'unsupported.grid',
      `no node lies opposite node ${node} (latitude ${mesh.lat[node]}, longitude ${mesh.lon[node]}) across the pole`,
      {
        hint: "use geometry 'sphere', or rows with an even number of points",
      },
    );
  }
}

function stencilOf(mesh: Mesh, table: Table, poles: ReadonlyMap<number, number>, items: number, radius: number): Stencil {
  const cosine = mesh.lat.map((lat) => (Math.abs(lat) === 90 ? 0 : Math.cos(lat * degree)));
  const start = new Uint32Array(items + 1);
  for (let node = 0; node < items; node++)
    start[node + 1] = (start[node] as number) + (cosine[node] === 0 ? 0 : (table.count[node] as number));
  const entries = start[items] as number;
  const stencil: Stencil = {
    nodes: items,
    start,
    neighbour: new Uint32Array(entries),
    gradient: new Float64Array(2 * entries),
    divergence: new Float64Array(2 * entries),
    own: new Float64Array(2 * items),
    turn: new Float64Array(2 * entries),
  };
  for (let node = 0; node < items; node++) if (cosine[node] !== 0) fillNode(stencil, table, node, cosine, poles.get(node), radius);
  return stencil;
}

function fillNode(stencil: Stencil, table: Table, node: number, cosine: Float64Array, pole: number | undefined, radius: number): void {
  const { start, neighbour, gradient, divergence, own, turn } = stencil;
  const here = cosine[node] as number;
  const scale = 1 / (2 * (table.volume[node] as number) * radius);
  let at = start[node] as number;
  for (const entry of sortedEntries(table, node)) {
    const other = table.neighbour[entry] as number;
    const x = (table.x[entry] as number) * scale;
    const y = (table.y[entry] as number) * scale;
    const isPole = entry === pole;
    neighbour[at] = other;
    gradient.set([x / here, y], 2 * at);
    turn.set([isPole ? -1 : 1, 0], 2 * at);
    // Nothing flows through a pole; what its face has of v cos(lat) is taken out of the node's own share.
    divergence.set([x / here, isPole ? 0 : (y * (cosine[other] as number)) / here], 2 * at);
    own[2 * node + 1]! += isPole ? -2 * y : (y * ((cosine[other] as number) - here)) / here;
    at++;
  }
}
