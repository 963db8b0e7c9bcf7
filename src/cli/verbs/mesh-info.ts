import { cellAreas, haloExchange, type Mesh, meshEdges, type MeshPart, nodeFlag, noIndex } from '../../atlas/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { countText, factsText, tableText } from '../terminal/text.js';
import { type MadeMesh, type MeshFlags, meshName, meshOf } from './mesh-of.js';

export interface MeshInfoOptions extends MeshFlags {
  readonly json?: true;
}

/** Kilometres: the sphere of IFS, atlas and MIR. */
const earthRadius = 6371.229;

interface Range {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

interface Part {
  readonly part: number;
  readonly points: number;
  readonly nodes: number;
  readonly cells: number;
  /** Nodes that belong to others or repeat own ones. */
  readonly haloNodes: number;
  readonly haloCells: number;
  /** Values that one exchange of the nodes brings. */
  readonly receives: number;
}

export async function meshInfo(terminal: Terminal, text: string, options: MeshInfoOptions): Promise<void> {
  const made = await meshOf(terminal, text, options);
  const facts = { grid: meshName(made.grid), ...counts(made.mesh), ...sizes(made.mesh), parts: made.parts && partsOf(made.parts) };
  if (options.json === true) await terminal.print(`${JSON.stringify(facts, null, 2)}\n`);
  else await terminal.print(textOf(made, facts));
}

function counts(mesh: Mesh) {
  const count = (bit: number): number => mesh.flags.reduce((sum, flags) => sum + ((flags & bit) === 0 ? 0 : 1), 0);
  return {
    pointsAre: mesh.centring,
    points: mesh.points,
    nodes: mesh.nodes,
    virtualNodes: mesh.centring === 'nodes' ? count(nodeFlag.virtual) : 0,
    repeatedNodes: count(nodeFlag.periodic),
    quadrilaterals: mesh.quads.length / 4,
    triangles: mesh.triangles.length / 3,
  };
}

function sizes(mesh: Mesh) {
  const edges = meshEdges(mesh);
  const areas = cellAreas(mesh);
  const total = areas.reduce((sum, area) => sum + area, 0);
  return {
    edges: edges.count,
    boundaryEdges: edges.cells.reduce((sum, cell) => sum + (cell === noIndex ? 1 : 0), 0),
    /** Part of the sphere that the cells cover. */
    coverage: total / (4 * Math.PI),
    cellAreaKm2: rangeOf(areas, (area) => area * earthRadius ** 2),
    edgeLengthKm: rangeOf(edgeLengths(mesh, edges.nodes), (angle) => angle * earthRadius),
  };
}

function rangeOf(values: Float64Array, scaled: (value: number) => number): Range {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min: scaled(min), mean: scaled(sum / values.length), max: scaled(max) };
}

/** Great-circle lengths, radians, by the haversine formula, which keeps the digits of short ones. */
function edgeLengths({ lat, lon }: Mesh, nodes: Uint32Array): Float64Array {
  const radian = Math.PI / 180;
  return Float64Array.from({ length: nodes.length / 2 }, (_, edge) => {
    const a = nodes[2 * edge] as number;
    const b = nodes[2 * edge + 1] as number;
    const [latA, latB] = [(lat[a] as number) * radian, (lat[b] as number) * radian];
    const half = (((lon[b] as number) - (lon[a] as number)) * radian) / 2;
    const square = Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin(half) ** 2;
    return 2 * Math.asin(Math.min(1, Math.sqrt(square)));
  });
}

function partsOf(parts: readonly MeshPart[]): readonly Part[] {
  const exchange = haloExchange(parts);
  return parts.map(({ part, points, nodes, ownedNodes, ownedQuads, ownedTriangles, quads, triangles }) => ({
    part,
    points,
    nodes: ownedNodes,
    cells: ownedQuads + ownedTriangles,
    haloNodes: nodes - ownedNodes,
    haloCells: quads.length / 4 + triangles.length / 3 - ownedQuads - ownedTriangles,
    receives: exchange[part]?.receiveIndex.length ?? 0,
  }));
}

function textOf(
  { mesh }: MadeMesh,
  facts: ReturnType<typeof counts> & ReturnType<typeof sizes> & { grid: string; parts: readonly Part[] | undefined },
): string {
  const range = ({ min, mean, max }: Range, unit: string): string =>
    `${min.toPrecision(5)} to ${max.toPrecision(5)} ${unit}, mean ${mean.toPrecision(5)}`;
  const rows: [string, string][] = [
    ['grid', facts.grid],
    ['points', `${countText(facts.points)}, the ${mesh.centring} of the mesh`],
    ['nodes', nodesText(facts)],
    ['quadrilaterals', countText(facts.quadrilaterals)],
    ['triangles', countText(facts.triangles)],
    ['edges', `${countText(facts.edges)}${facts.boundaryEdges === 0 ? '' : `, ${countText(facts.boundaryEdges)} of them at the boundary`}`],
    ['area', `${facts.coverage.toPrecision(12)} of the sphere`],
    ['cells', range(facts.cellAreaKm2, 'km2')],
    ['edge lengths', range(facts.edgeLengthKm, 'km')],
  ];
  const { parts } = facts;
  if (parts === undefined) return factsText(rows);
  const table = parts.map(({ part, points, nodes, cells, haloNodes, haloCells, receives }) => [
    part,
    points,
    nodes,
    cells,
    haloNodes,
    haloCells,
    receives,
  ]);
  return `${factsText(rows)}\n${tableText(['part', 'points', 'nodes', 'cells', 'halo nodes', 'halo cells', 'receives'], table)}`;
}

function nodesText({ nodes, virtualNodes, repeatedNodes }: ReturnType<typeof counts>): string {
  const of = [
    ...(virtualNodes === 0 ? [] : [`${virtualNodes} without a point`]),
    ...(repeatedNodes === 0 ? [] : [`${repeatedNodes} repeating another`]),
  ];
  return `${countText(nodes)}${of.length === 0 ? '' : `, ${of.join(', ')}`}`;
}
