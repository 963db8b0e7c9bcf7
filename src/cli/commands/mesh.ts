import { type Command, Option } from 'commander';
import { define, examples, jsonOption, numbers, type Run, wholeNumber } from './define.js';

const gridArgument = 'name (O640, H16, CS-ED-12), increments (1/1), gridspec, or a GRIB file whose first field is on it';

export function registerMesh(program: Command, run: Run): void {
  const mesh = define(program, 'mesh', 'Meshes of grids: counts and areas, files for Gmsh and VTK, pictures.');
  meshFlags(
    define(mesh, 'info', 'Count nodes, cells and edges; areas and lengths; parts and their halos.').argument('<grid>', gridArgument),
  )
    .addOption(haloOption())
    .addOption(jsonOption())
    .action((grid: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { meshInfo } = await import('../verbs/mesh-info.js');
        await meshInfo(terminal, grid, options);
      }),
    );
  meshFlags(define(mesh, 'export', 'Write a mesh as a file of Gmsh (2.2) or VTK (legacy).').argument('<grid>', gridArgument))
    .requiredOption('-o, --output <file>', 'output file (.msh, .vtk), or -')
    .addOption(new Option('--format <name>', 'file format (default: by the ending of the file)').choices(['gmsh', 'vtk']))
    .option('--ascii', 'write text instead of binary numbers')
    .option('--lonlat', 'write longitude and latitude instead of metres from the centre of the Earth')
    .addOption(new Option('--part <number>', 'write one part only, from 0, with its halo').argParser(wholeNumber('--part', 0)))
    .addOption(haloOption())
    .action((grid: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { meshExport } = await import('../verbs/mesh-export.js');
        await meshExport(terminal, grid, options);
      }),
    );
  meshFlags(define(mesh, 'plot', 'Draw a mesh as a map, PNG.').argument('<grid>', gridArgument))
    .requiredOption('-o, --output <file>', 'output file (.png), or -')
    .option('--projection <name>', 'equirectangular, robinson, mollweide, orthographic, stereographic-north, stereographic-south')
    .addOption(new Option('--area <N/W/S/E>', 'what to show, degrees').argParser(numbers('--area', 4, 'N/W/S/E')))
    .addOption(new Option('--centre <lon/lat>', 'middle of the map, degrees').argParser(numbers('--centre', 2, 'lon/lat')))
    .addOption(new Option('--width <pixels>', 'width of the picture (default: 1200)').argParser(wholeNumber('--width', 200, 8192)))
    .option('--title <text>', 'title (default: the grid)')
    .action((grid: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { meshPlot } = await import('../verbs/mesh-plot.js');
        await meshPlot(terminal, grid, options);
      }),
    );
  for (const command of [mesh, ...mesh.commands]) {
    examples(command, [
      ['dte mesh info O32 --triangulate --pole node', 'the mesh of finite elements: 10 496 triangles'],
      ['dte mesh info N320 --parts 8 --halo 1', 'the same in parts'],
      ['dte mesh export H16 --generator cells -o h16.vtk', 'the pixels of HEALPix'],
      ['dte mesh plot N16 --parts 12 --projection orthographic -o n16.png', 'a picture, a colour for each part'],
    ]);
  }
}

const haloOption = (): Option =>
  new Option('--halo <layers>', 'layers of cells around each part').argParser(wholeNumber('--halo', 0, 255)).default(0);

/** How the mesh is made; option names follow atlas where it has them. */
function meshFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--generator <name>', 'how cells are made (default: what suits the grid)').choices([
        'structured',
        'regular',
        'delaunay',
        'cells',
        'dual',
      ]),
    )
    .option('--triangulate', 'triangles only')
    .addOption(
      new Option('--angle <degrees>', 'largest slant of quadrilaterals, 0 to 30; -1 for triangles only').argParser(
        (text) => numbers('--angle', 1, '12.5')(text)[0],
      ),
    )
    .addOption(
      new Option('--pole <how>', "a pole without points: patched with the nearest row's triangles, a node of its own, or open").choices([
        'patch',
        'node',
        'open',
      ]),
    )
    .option('--no-unique-pole', 'keep all points of rows on the poles')
    .option('--periodic-nodes', 'repeat the first node of each row a circle further, instead of joining the last to the first')
    .addOption(new Option('--duplicates <how>', 'points at the place of another (delaunay)').choices(['refuse', 'skip']))
    .addOption(new Option('--parts <number>', 'share the mesh out').argParser(wholeNumber('--parts', 1, 65_535)))
    .addOption(
      new Option('--partitioner <name>', 'how points are shared out (default: equal_regions)').choices([
        'serial',
        'bands',
        'equal_bands',
        'regular_bands',
        'checkerboard',
        'equal_regions',
      ]),
    );
}
