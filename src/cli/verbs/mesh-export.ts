import { cellCount, type Mesh, meshFile, type MeshFileOptions, type MeshPart } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText } from '../terminal/text.js';
import { type MadeMesh, type MeshFlags, meshOf, ownersOfCells } from './mesh-of.js';
import { refuseTerminal } from './output.js';

export interface MeshExportOptions extends MeshFlags {
  readonly output: string;
  readonly format?: 'gmsh' | 'vtk';
  readonly ascii?: true;
  readonly lonlat?: true;
  readonly part?: number;
}

export async function meshExport(terminal: Terminal, text: string, options: MeshExportOptions): Promise<void> {
  const format = options.format ?? formatOf(options.output);
  if (options.ascii !== true) refuseTerminal(options.output);
  if (options.part !== undefined && !(options.part < (options.parts ?? 0))) {
    throw new DteError('input.option', `part ${options.part} of ${options.parts ?? 1}`, {
      where: { option: '--part' },
      hint: options.parts === undefined ? '--parts says how many there are' : `0 to ${options.parts - 1}`,
    });
  }
  const made = await meshOf(terminal, text, options);
  const { mesh, data } = contentOf(made, options.part);
  const pieces = meshFile(mesh, {
    format,
    encoding: options.ascii === true ? 'ascii' : 'binary',
    coordinates: options.lonlat === true ? 'lonlat' : 'xyz',
    ...data,
  });
  const file = await terminal.context.fs.create(options.output);
  try {
    for (const piece of pieces) await file.write(piece);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
  terminal.note(`${options.output}: ${countedText(mesh.nodes, 'node')}, ${countedText(cellCount(mesh), 'cell')}`);
}

function formatOf(output: string): 'gmsh' | 'vtk' {
  if (/\.msh$/i.test(output)) return 'gmsh';
  if (/\.vtk$/i.test(output)) return 'vtk';
  throw new DteError('input.option', `the ending of '${output}' names no mesh format`, {
    where: { option: '--output' },
    hint: '.msh and .vtk do; or --format gmsh, --format vtk',
  });
}

type Data = Pick<MeshFileOptions, 'nodeData' | 'cellData' | 'nodeNumbers' | 'cellNumbers'>;

function contentOf({ mesh, parts }: MadeMesh, part: number | undefined): { readonly mesh: Mesh; readonly data: Data } {
  const positions = (of: Mesh): Readonly<Record<string, Float64Array>> => ({ lat: of.lat, lon: of.lon });
  if (parts === undefined) return { mesh, data: { nodeData: positions(mesh) } };
  if (part === undefined)
    return { mesh, data: { nodeData: positions(mesh), cellData: { partition: ownersOfCells(parts, cellCount(mesh)) } } };
  const own = parts[part] as MeshPart;
  const { partition, halo, partitionOfCell, globalIndex, globalCell } = own;
  // A node that repeats one of the same part would have its number a second time.
  const nodeNumbers = new Set(globalIndex).size === own.nodes ? { nodeNumbers: globalIndex } : {};
  return {
    mesh: own,
    data: {
      nodeData: { ...positions(own), partition, halo },
      cellData: { partition: partitionOfCell },
      cellNumbers: globalCell,
      ...nodeNumbers,
    },
  };
}
