/**
 * The gradient of a field in one source cell, as a linear form of its values: the sum over k of value(column[k]) times the vector
 * `vector[3k...]`, per radian, tangent to the sphere; and the centre of mass of the cell (inside of the sphere).
 */
export interface Stencil {
  count: number;
  column: Uint32Array;
  vector: Float64Array;
  readonly centre: Float64Array;
}

export function stencilBuffer(): Stencil {
  return { count: 0, column: new Uint32Array(16), vector: new Float64Array(48), centre: new Float64Array(3) };
}

export function addToStencil(stencil: Stencil, column: number, x: number, y: number, z: number): void {
  const at = stencil.count++;
  if (at === stencil.column.length) {
    const wider = new Uint32Array(2 * at);
    wider.set(stencil.column);
    stencil.column = wider;
    const longer = new Float64Array(6 * at);
    longer.set(stencil.vector);
    stencil.vector = longer;
  }
  stencil.column[at] = column;
  stencil.vector[3 * at] = x;
  stencil.vector[3 * at + 1] = y;
  stencil.vector[3 * at + 2] = z;
}

/** Fills the stencil of a source cell. */
export type Gradients = (cell: number, stencil: Stencil) => void;
