/** A sparse row under construction: values at columns, in any order, several times. */
export interface RowSum {
  add(column: number, value: number): void;
}

/**
 * Adds to a row what the gradient in one source cell contributes to the integral of the field over a part of the cell: the gradient,
 * a linear form of values of the cell and its neighbours, times the moment of the part (x, y, z, of an area) about the cell's
 * centre of mass.
 */
export type Gradients = (row: RowSum, cell: number, area: number, x: number, y: number, z: number) => void;
