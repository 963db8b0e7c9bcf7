import { DteError } from '../../base/index.js';
import { forEachCell, itemOfNode } from '../functionspace/columns.js';
import { medianDual, type Mesh } from '../mesh/index.js';
import { entryOf, newStencil, newTable, sortEntries, type Stencil, type Table } from './stencil.js';

const degree = Math.PI / 180;

/**
 * Operators in the plane of longitude and latitude on the median dual mesh, as atlas' fvm has them: metric terms cos(lat) at the
 * nodes, and an edge across the pole from every node of the row next to it to the opposite one. Nodes at a pole itself have no
 * operators. `unsupported.grid` where no node lies opposite.
 */
export function lonLatStencil(mesh: Mesh, items: number, radius: number): Stencil {
  const { edges, volume, normal } = medianDual(mesh);
  const ends = edges.nodes.map((node) => itemOfNode(mesh, items, node));
  const counts = new Uint32Array(items);
  for (const end of ends) counts[end]++;
  const table = newTable(counts);
  volume.forEach((area, node) => {
    table.volume[itemOfNode(mesh, items, node)] += area * degree * degree;
  });
  const inner = edges.count - edges.poleEdges;
  for (let edge = 0; edge < inner; edge++) {
    const [a, b] = [ends[2 * edge], ends[2 * edge + 1]];
    const [x, y] = [normal[2 * edge] * degree, normal[2 * edge + 1] * degree];
    addFace(table, entryOf(table, a, b), x, y);
    addFace(table, entryOf(table, b, a), -x, -y);
  }
  /** The node opposite across the pole. */
  const poles = new Map<number, number>();
  for (let edge = inner; edge < edges.count; edge++) {
    const [a, b] = [ends[2 * edge], ends[2 * edge + 1]];
    closePole(table, a, b);
    closePole(table, b, a);
    poles.set(a, b).set(b, a);
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

function addFace({ x, y }: Table, entry: number, dx: number, dy: number): void {
  x[entry]! += dx;
  y[entry]! += dy;
}

/** The face at the pole: what all others leave open. */
function closePole(table: Table, node: number, opposite: number): void {
  const first = table.start[node];
  let open = 0;
  for (let entry = first; entry < first + table.count[node]; entry++) open -= table.y[entry];
  addFace(table, entryOf(table, node, opposite), 0, open);
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
  for (let node = 0; node < items; node++) start[node + 1] = start[node] + (cosine[node] === 0 ? 0 : sortEntries(table, node));
  const stencil = newStencil(start);
  for (let node = 0; node < items; node++) if (cosine[node] !== 0) fillNode(stencil, table, node, cosine, poles.get(node) ?? -1, radius);
  return stencil;
}

function fillNode(stencil: Stencil, table: Table, node: number, cosine: Float64Array, opposite: number, radius: number): void {
  const { start, neighbour, gradient, divergence, own, turn } = stencil;
  const here = cosine[node];
  const scale = 1 / (2 * table.volume[node] * radius);
  const shift = table.start[node] - start[node];
  for (let at = start[node]; at < start[node + 1]; at++) {
    const other = table.neighbour[at + shift];
    const x = table.x[at + shift] * scale;
    const y = table.y[at + shift] * scale;
    const isPole = other === opposite;
    neighbour[at] = other;
    gradient[2 * at] = x / here;
    gradient[2 * at + 1] = y;
    turn[2 * at] = isPole ? -1 : 1;
    // Nothing flows through a pole; what its face has of v cos(lat) is taken out of the node's own share.
    divergence[2 * at] = x / here;
    divergence[2 * at + 1] = isPole ? 0 : (y * cosine[other]) / here;
    own[2 * node + 1] += isPole ? -2 * y : (y * (cosine[other] - here)) / here;
  }
}
