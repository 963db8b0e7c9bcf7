import { DteError } from '../../base/index.js';
import type { Mesh } from './mesh.js';
import { tripleProduct, unitVectors } from './unit-vectors.js';

/**
 * Refuses cells that enclose nothing, turn clockwise or cross themselves (`input.grid`), naming the first. A quadrilateral may have
 * an inward corner: it is sound when one of its diagonals cuts it into two counter-clockwise triangles.
 */
export function checkCells(mesh: Pick<Mesh, 'lat' | 'lon' | 'quads' | 'triangles'>): void {
  const { lat, lon, quads, triangles } = mesh;
  const vectors = unitVectors(lat, lon);
  const turns = (a: number, b: number, c: number): boolean => tripleProduct(vectors, a, b, c) > 0;
  for (let at = 0; at < quads.length; at += 4) {
    const [a, b, c, d] = [quads[at], quads[at + 1], quads[at + 2], quads[at + 3]];
    if ((turns(a, b, c) && turns(a, c, d)) || (turns(b, c, d) && turns(b, d, a))) continue;
    refuse(mesh, 'quadrilateral', at / 4, [a, b, c, d]);
  }
  for (let at = 0; at < triangles.length; at += 3) {
    const [a, b, c] = [triangles[at], triangles[at + 1], triangles[at + 2]];
    if (!turns(a, b, c)) refuse(mesh, 'triangle', at / 3, [a, b, c]);
  }
}

function refuse({ lat, lon }: Pick<Mesh, 'lat' | 'lon'>, kind: string, cell: number, nodes: readonly number[]): never {
  const corners = nodes.map((node) => `${node} (latitude ${lat[node]}, longitude ${lon[node]})`).join(', ');
  throw new DteError('input.grid', `${kind} ${cell} is degenerate, turns clockwise or crosses itself: ${corners}`, {
    hint: 'corners of a cell go round it counter-clockwise, seen from outside',
  });
}
