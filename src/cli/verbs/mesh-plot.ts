import { cellCount } from '../../atlas/index.js';
import { writeWhole } from '../../base/index.js';
import { encodePng, type MeshMapOptions, type ProjectionName, renderMesh } from '../../plot/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText } from '../terminal/text.js';
import { type MadeMesh, type MeshFlags, meshName, meshOf, ownersOfCells } from './mesh-of.js';
import { refuseTerminal } from './output.js';

export interface MeshPlotOptions extends MeshFlags {
  readonly output: string;
  readonly projection?: ProjectionName;
  readonly area?: readonly [number, number, number, number];
  readonly centre?: readonly [number, number];
  readonly width?: number;
  readonly title?: string;
}

export async function meshPlot(terminal: Terminal, text: string, options: MeshPlotOptions): Promise<void> {
  refuseTerminal(options.output);
  const made = await meshOf(terminal, text, options);
  const image = await renderMesh(made.mesh, { ...titles(made), ...mapOptions(options) });
  await writeWhole(terminal.context.fs, options.output, encodePng(image));
  terminal.note(`${options.output}: ${image.width} x ${image.height} pixels`);
}

function titles({ grid, mesh, parts }: MadeMesh): MeshMapOptions {
  const quads = mesh.quads.length / 4;
  const triangles = mesh.triangles.length / 3;
  const cells = [
    ...(quads === 0 ? [] : [countedText(quads, 'quadrilateral')]),
    ...(triangles === 0 ? [] : [countedText(triangles, 'triangle')]),
  ];
  return {
    title: `Mesh of ${meshName(grid)}`,
    subtitle: [countedText(mesh.nodes, 'node'), ...cells, ...(parts === undefined ? [] : [countedText(parts.length, 'part')])].join(', '),
    ...(parts === undefined ? {} : { group: ownersOfCells(parts, cellCount(mesh)) }),
  };
}

function mapOptions({ projection, area, centre, width, title }: MeshPlotOptions): MeshMapOptions {
  return {
    ...(projection === undefined ? {} : { projection }),
    ...(area === undefined ? {} : { area: { north: area[0], west: area[1], south: area[2], east: area[3] } }),
    ...(centre === undefined ? {} : { centre }),
    ...(width === undefined ? {} : { width }),
    ...(title === undefined ? {} : { title }),
  };
}
