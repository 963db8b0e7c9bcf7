import {
  type Grid,
  gridMesh,
  type Mesh,
  type MeshGenerator,
  type MeshOptions,
  type MeshPart,
  meshParts,
  type Partitioner,
  partitionGrid,
} from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { namedGrid } from './named-grid.js';

/** The options that all mesh commands have. */
export interface MeshFlags {
  readonly generator?: MeshGenerator;
  readonly triangulate?: true;
  readonly angle?: number;
  readonly pole?: 'patch' | 'node' | 'open';
  readonly uniquePole: boolean;
  readonly periodicNodes?: true;
  readonly duplicates?: 'refuse' | 'skip';
  readonly parts?: number;
  readonly partitioner?: Partitioner;
  readonly halo?: number;
}

export interface MadeMesh {
  readonly grid: Grid;
  readonly mesh: Mesh;
  /** Undefined where the mesh is not shared out. */
  readonly parts: readonly MeshPart[] | undefined;
}

/** The mesh that a command line asks for, and its parts. */
export async function meshOf(terminal: Terminal, text: string, flags: MeshFlags): Promise<MadeMesh> {
  if (flags.partitioner !== undefined && flags.parts === undefined) {
    throw new DteError('input.option', 'a partitioner without a number of parts', { where: { option: '--parts' }, hint: 'add --parts' });
  }
  const grid = await namedGrid(terminal, text);
  const mesh = gridMesh(grid, meshOptions(flags));
  const { parts, partitioner, halo = 0 } = flags;
  if (parts === undefined) return { grid, mesh, parts: undefined };
  const partition = partitionGrid(grid, { parts, ...(partitioner === undefined ? {} : { partitioner }) });
  return { grid, mesh, parts: meshParts(mesh, partition, { halo }) };
}

function meshOptions(flags: MeshFlags): MeshOptions {
  const { generator, triangulate, angle, pole, uniquePole, periodicNodes, duplicates } = flags;
  return {
    uniquePole,
    ...(generator === undefined ? {} : { generator }),
    ...(triangulate === undefined ? {} : { triangulate }),
    ...(angle === undefined ? {} : { angle }),
    ...(pole === undefined ? {} : { pole }),
    ...(periodicNodes === undefined ? {} : { periodicNodes }),
    ...(duplicates === undefined ? {} : { duplicates }),
  };
}

/** The part that owns each cell. `[cells]` */
export function ownersOfCells(parts: readonly MeshPart[], cells: number): Uint16Array {
  const owners = new Uint16Array(cells);
  for (const { globalCell, partitionOfCell } of parts) {
    for (let cell = 0; cell < globalCell.length; cell++) owners[globalCell[cell] as number] = partitionOfCell[cell] as number;
  }
  return owners;
}

/** What a mesh is called in titles and messages. */
export function meshName({ name, spec }: Grid): string {
  return name ?? JSON.stringify(spec);
}
