import t from 'tap';
import { gridFromSpec, type Mesh, nodeFlag, noIndex, structuredMesh, type StructuredMeshOptions } from '../../../src/atlas/index.js';
import { isDteError } from '../../../src/base/index.js';
import { meshgen, noMeshgen } from '../../support/atlas-meshgen.js';
import { sphericalAreas, sum } from './sphere.js';

const mesh = (spec: string, options?: StructuredMeshOptions): Mesh => structuredMesh(gridFromSpec(spec), options);

t.test('counts are those that atlas prints in its documents', async (t) => {
  const finiteElements: StructuredMeshOptions = { triangulate: true, pole: 'node' };
  t.equal(mesh('O32', finiteElements).triangles.length / 3, 10496);
  t.equal(mesh('N32', finiteElements).triangles.length / 3, 12228);
  t.equal(mesh('5/5', finiteElements).triangles.length / 3, 72 * 2 * 34 + 2 * 72, '5040: rows on the poles are one node');
  t.equal(mesh('5/5', finiteElements).quads.length, 0);
  t.equal(mesh('5/5').quads.length / 4, 72 * 34, 'quadrilaterals between rows that line up');
});

// Longitudes of atlas 0.31 are first + i step, ours correctly rounded: where the two diagonals are equal (N32: at 6 places) the last bit decides.
const peers: readonly (readonly [string, readonly string[], StructuredMeshOptions, number])[] = [
  ['O32', ['--3d', '--include-pole', '--angle=-1'], { pole: 'node', angle: -1 }, 0],
  ['O32', ['--3d'], { pole: 'open' }, 0],
  ['O16', ['--3d', '--patch-pole'], { pole: 'patch' }, 0],
  ['N32', ['--3d'], { pole: 'open' }, 6],
  ['N32', ['--3d', '--angle=30'], { pole: 'open', angle: 30 }, 0],
  ['N32', ['--3d', '--angle=10', '--include-pole'], { pole: 'node', angle: 10 }, 0],
  ['F16', ['--3d', '--include-pole'], { pole: 'node' }, 0],
  ['L72x37', ['--3d'], {}, 0],
  ['L72x37', ['--3d', '--angle=-1'], { angle: -1 }, 0],
  ['O16', ['--lonlat'], { pole: 'open', periodicNodes: true }, 0],
  ['F16', ['--lonlat', '--include-pole'], { pole: 'node', periodicNodes: true }, 0],
];

t.test('cells are those of atlas-meshgen', { skip: noMeshgen }, async (t) => {
  for (const [grid, args, options, tied] of peers) {
    const ours = mesh(grid, options);
    const theirs = meshgen(grid, ...args);
    t.equal(ours.nodes, theirs.nodes, `${grid} ${args.join(' ')}: nodes`);
    // Upstream counts repeated nodes before those on poles.
    const poles = ours.flags.filter((flag) => flag === nodeFlag.virtual).length;
    const repeated = ours.nodes - ours.points - poles;
    const ourNode = (node: number): number => (node < ours.points ? node : node < ours.points + repeated ? node + poles : node - repeated);
    const known = new Set([...cellsOf(ours)].map(fromLowest));
    t.equal(known.size, theirs.cells.length, 'cells');
    t.equal(theirs.cells.filter((cell) => !known.has(fromLowest(cell.map(ourNode)))).length, tied, 'cells that differ');
  }
});

function* cellsOf({ quads, triangles }: Mesh): Generator<readonly number[]> {
  for (let at = 0; at < quads.length; at += 4) yield [...quads.subarray(at, at + 4)];
  for (let at = 0; at < triangles.length; at += 3) yield [...triangles.subarray(at, at + 3)];
}

function fromLowest(cell: readonly number[]): string {
  const at = cell.indexOf(Math.min(...cell));
  return [...cell.slice(at), ...cell.slice(0, at)].join();
}

t.test('a global mesh closes the sphere whatever its options are', async (t) => {
  for (const spec of ['O16', 'N16', 'F8', '10/10', 'S36x18', 'H4', 'H1']) {
    for (const options of [{}, { triangulate: true }, { pole: 'node' }, { angle: 30 }, { angle: -1 }] as const) {
      const made = mesh(spec, options);
      const areas = [...sphericalAreas(made, made.quads, 4), ...sphericalAreas(made, made.triangles, 3)];
      t.ok(
        areas.every((area) => area > 0),
        `${spec} ${JSON.stringify(options)}: counter-clockwise`,
      );
      t.ok(Math.abs(sum(areas) / (4 * Math.PI) - 1) < 1e-12, 'areas sum to the sphere');
      const used = new Set([...made.quads, ...made.triangles]).size;
      // Edges are half the sides; Euler: nodes - edges + cells = 2.
      const sides = made.quads.length + made.triangles.length;
      t.equal(used - sides / 2 + made.quads.length / 4 + made.triangles.length / 3, 2, 'Euler');
    }
  }
});

t.test('a part of the globe ends at its last points', async (t) => {
  const area = mesh('{"grid":[10,10],"area":[60,0,20,40]}');
  t.equal(area.quads.length / 4, 4 * 4);
  t.equal(area.triangles.length, 0);
  const band = mesh('{"grid":[10,10],"area":[30,0,-30,350]}');
  t.equal(band.quads.length / 4, 36 * 6, 'a band closes around the globe and leaves the poles');
  t.equal(band.triangles.length, 0);
});

t.test('nodes say what they stand for', async (t) => {
  const made = mesh('F4', { pole: 'node', periodicNodes: true });
  t.equal(made.points, 128);
  t.equal(made.nodes, 128 + 2 + 8);
  t.strictSame([made.lat[128], made.lat[129], made.pointOf[128], made.flags[129]], [90, -90, noIndex, nodeFlag.virtual]);
  t.strictSame([made.lon[130], made.pointOf[131], made.flags[137]], [360, 16, nodeFlag.ghost | nodeFlag.periodic]);
  t.strictSame(
    made.pointOf.slice(0, 128),
    Uint32Array.from({ length: 128 }, (_, point) => point),
  );
});

t.test('what cannot be joined is refused', async (t) => {
  const refused = (code: 'input.option' | 'unsupported.grid' | 'input.grid', work: () => unknown, pattern: RegExp): void => {
    t.throws(work, pattern);
    try {
      work();
    } catch (error) {
      t.ok(isDteError(error, code));
    }
  };
  refused('input.option', () => mesh('O8', { angle: 31 }), /angle 31 is outside its range \(option angle\); 0 to 30 degrees, or -1/);
  refused('input.option', () => mesh('O8', { angle: Number.NaN }), /angle NaN/);
  refused('unsupported.grid', () => mesh('{"type":"sh","truncation":21}'), /type sh has no rows to join/);
  refused('input.grid', () => mesh('{"grid":[10,10],"area":[20,0,20,40]}'), /1 rows has nothing to join/);
});
