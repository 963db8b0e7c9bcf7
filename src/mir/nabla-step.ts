import { type Field, type Grid, gridMesh, type Nabla, nodeColumns, prepareNabla, prepareSpace, type SpaceField } from '../atlas/index.js';
import { assert, DteError } from '../base/index.js';
import type { Engine, Pass } from '../compute/index.js';
import type { Operator } from './operators.js';
import type { NablaOperation } from './options.js';
import { gridText, hasOwnAxes } from './step.js';

/**
 * Derivatives on the mesh of a grid. Of a scalar: its gradient (east, north) or Laplacian; of a vector: divergence, vorticity, or the
 * gradients of both components. `unsupported.grid` for a grid whose axes are not east and north.
 */
export async function nablaOperator(engine: Engine, operation: NablaOperation, grid: Grid): Promise<Operator> {
  if (hasOwnAxes(grid)) {
    throw new DteError('unsupported.grid', `derivatives on ${gridText(grid)}, whose axes are not east and north`, {
      where: { option: 'nabla' },
      hint: 'take them on another grid, and interpolate from there',
    });
  }
  const space = nodeColumns(gridMesh(grid), { grid });
  const onDevice = await prepareSpace(engine, space);
  const nabla = await prepareNabla(engine, onDevice, { vectorGradient: operation === 'uv-gradient' }).catch((error) => {
    onDevice.release();
    throw error;
  });
  return {
    apply<Layer>(pass: Pass, fields: readonly Field<Layer>[]) {
      const spread = fields.map((field) => onDevice.scatter(pass, field));
      return derivatives(pass, nabla, operation, spread).map((field) => onDevice.gather(pass, field));
    },
    release() {
      nabla.release();
      onDevice.release();
    },
  };
}

function derivatives<Layer>(
  pass: Pass,
  nabla: Nabla,
  operation: NablaOperation,
  fields: readonly SpaceField<Layer>[],
): readonly SpaceField<Layer>[] {
  if (operation === 'scalar-gradient') return fields.flatMap((field) => nabla.gradient(pass, field));
  if (operation === 'scalar-laplacian') return fields.map((field) => nabla.laplacian(pass, field));
  const [u, v] = fields;
  assert(u !== undefined && v !== undefined, 'a vector has two components');
  if (operation === 'uv-divergence') return [nabla.divergence(pass, u, v)];
  if (operation === 'uv-vorticity') return [nabla.curl(pass, u, v)];
  const { uEast, uNorth, vEast, vNorth } = nabla.vectorGradient(pass, u, v);
  return [uEast, uNorth, vEast, vNorth];
}
