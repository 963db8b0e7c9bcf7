import {
  type Grid,
  gridMesh,
  type Mesh,
  type Nabla,
  type NablaOptions,
  nodeColumns,
  prepareNabla,
  prepareSpace,
  type SpaceField,
  type SpaceOnDevice,
} from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { fieldOf, type PointFunction } from './space-support.js';

/** Operators on a mesh, ready to use. */
export interface Setting {
  readonly engine: Engine;
  readonly grid: Grid;
  readonly onDevice: SpaceOnDevice;
  readonly nabla: Nabla;
}

export async function settingOf(engine: Engine, grid: Grid, mesh: Mesh, options: NablaOptions = {}): Promise<Setting> {
  const onDevice = await prepareSpace(engine, nodeColumns(mesh, { grid }));
  return { engine, grid, onDevice, nabla: await prepareNabla(engine, onDevice, options) };
}

export async function on({ engine, grid, onDevice }: Setting, ...functions: readonly PointFunction[]): Promise<SpaceField<number>> {
  const field = await fieldOf(engine, grid, functions);
  return engine.run((pass) => onDevice.scatter(pass, field));
}

/** Mesh over any points. */
export function delaunayMesh(grid: Grid): Mesh {
  return gridMesh(grid, { generator: 'delaunay' });
}
