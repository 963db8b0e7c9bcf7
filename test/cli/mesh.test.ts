// The mesh commands as processes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);

t.test('info counts nodes, cells and edges', async (t) => {
  const json = JSON.parse(await output(['mesh', 'info', 'O32', '--triangulate', '--pole', 'node', '--json'])) as Record<string, number>;
  // A closed surface of triangles: 2 nodes - 4 triangles, 3/2 as many edges.
  t.match(json, {
    grid: 'O32',
    points: 5248,
    nodes: 5250,
    virtualNodes: 2,
    quadrilaterals: 0,
    triangles: 10_496,
    edges: 15_744,
    boundaryEdges: 0,
  });
  t.ok(Math.abs((json['coverage'] as number) - 1) < 1e-12);
  const text = await output(['mesh', 'info', 'F8', '--parts', '3', '--halo', '1']);
  t.match(text, /quadrilaterals +480\n/);
  t.match(text, /part +points +nodes +cells +halo nodes/);
  t.match(text, /\n +0 +171 /, 'a third of 512 points');
});

t.test('export writes what its ending says, whole or a part', async (t) => {
  await output(['mesh', 'export', 'H4', '--generator', 'cells', '-o', at('h4.vtk'), '--ascii']);
  t.match(readFileSync(at('h4.vtk'), 'utf8'), /^# vtk DataFile Version 3.0\nmesh of 192 points\nASCII\n.*\nPOINTS 194 double\n/s);
  await output(['mesh', 'export', 'O8', '-o', at('part.msh'), '--parts', '4', '--part', '2', '--halo', '1', '--ascii', '--lonlat']);
  t.match(readFileSync(at('part.msh'), 'utf8'), /^\$MeshFormat\n2.2 0 8\n.*\$ElementData\n1\n"partition"/s);
  const piped = await dte(['mesh', 'export', 'O8', '--format', 'gmsh', '-o', '-']);
  t.equal(piped.stdout.subarray(0, 20).toString(), '$MeshFormat\n2.2 1 8\n');
});

t.test('plot draws a picture', async (t) => {
  await output(['mesh', 'plot', 'N16', '--parts', '5', '--width', '400', '-o', at('mesh.png')]);
  const png = readFileSync(at('mesh.png'));
  t.equal(png.subarray(1, 4).toString(), 'PNG');
  t.equal(png.readUInt32BE(16), 400);
});

t.test('wrong input is told and nothing is written', async (t) => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['mesh', 'export', 'O8', '-o', at('no.txt')], 2, /the ending of '.*no.txt' names no mesh format .*--format gmsh/],
    [['mesh', 'export', 'O8', '-o', at('no.msh'), '--part', '1'], 2, /part 1 of 1 .*--parts says how many/],
    [['mesh', 'export', 'O8', '-o', at('no.msh'), '--parts', '2', '--part', '2'], 2, /part 2 of 2 .*0 to 1/],
    [['mesh', 'info', 'O8', '--angle', '31'], 2, /angle 31 is outside its range/],
    [['mesh', 'info', 'O8', '--angle', 'x'], 2, /'x' is not of the form 12.5/],
    [['mesh', 'info', 'O8', '--partitioner', 'bands'], 2, /a partitioner without a number of parts/],
    [['mesh', 'info', 'O8', '--parts', '2', '--partitioner', 'checkerboard'], 7, /rows of equal length/],
    [['mesh', 'info', 'O8', '--parts', '600'], 2, /600 parts do not share out 544 points/],
    [['mesh', 'info', 'O8', '--generator', 'voronoi'], 2, /voronoi/],
    [['mesh', 'info', '10/10', '--generator', 'delaunay'], 2, /70 points repeat the place of another/],
    [['mesh', 'info', '{type: sh, truncation: 21}'], 7, /coordinates/],
    [['mesh', 'plot', 'O640', '-o', at('no.png')], 6, /too fine to be drawn/],
  ];
  for (const [args, code, pattern] of cases) {
    const ended = await dte(args);
    t.equal(ended.code, code, args.join(' '));
    t.match(ended.stderr, pattern);
    t.equal(ended.stdout.length, 0);
  }
});
