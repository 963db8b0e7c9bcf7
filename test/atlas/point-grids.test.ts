import t from 'tap';
import {
  crop,
  type Grid,
  gridFromSpec,
  gridFromText,
  orcaGrid,
  type PointFiles,
  unstructuredGrid,
  withCoordinates,
} from '../../src/atlas/index.js';
import { present } from '../support/present.js';
import { cellOf, isInside, polygonArea, vectorOf } from '../support/sphere.js';

t.test('cubed spheres have six tiles of n by n points', async (t) => {
  for (const name of ['CS-EA-8', 'CS-ED-7', 'CS-LFR-8', 'CS-LFR-1']) {
    const grid = gridFromSpec(name.toLowerCase());
    t.equal(grid.name, name);
    t.equal(grid.points, 6 * Number(name.split('-')[2]) ** 2);
    const cells = present(grid.cells?.());
    const { lat, lon } = grid.coordinates();
    let total = 0;
    const corners = new Set<string>();
    for (let point = 0; point < grid.points; point++) {
      const cell = cellOf(cells, point);
      total += polygonArea(cell);
      if (!isInside(vectorOf(lat[point] as number, lon[point] as number), cell)) t.fail(`${name}: point ${point} outside its cell`);
      for (let at = 4 * point; at < 4 * point + 4; at++) corners.add(`${cells.lat[at]} ${cells.lon[at]}`);
    }
    t.ok(Math.abs(total / (4 * Math.PI) - 1) < 1e-12, `${name}: the cells cover the sphere`);
    // Euler: V = E - F + 2, 2E = 4F, when corners that are one have the same bits.
    t.equal(corners.size, grid.points + 2, `${name}: corners`);
  }
  t.equal(gridFromSpec('CS-LFR-C-8').hash, gridFromSpec('CS-LFR-8').hash);
  t.throws(() => gridFromSpec('CS-EA-0'), { code: 'input.grid', message: /CS-EA-0 is not possible/ });
  t.throws(() => gridFromSpec('CS-LFR-L-8'), { code: 'unsupported.grid', message: /'CS-LFR-L-8' is not implemented/ });
});

t.test('tiles follow one another as in atlas', async (t) => {
  // atlas, CubedSphere.cc and the tiles' rotations: middles of the tiles; with n = 1 the only points.
  const middles = (name: string): readonly string[] => {
    const { lat, lon } = gridFromSpec(name).coordinates();
    return Array.from(lat, (at, point) => `${Math.round(at)} ${Math.round(lon[point] as number)}`);
  };
  t.same(middles('CS-LFR-1'), ['0 0', '0 90', '0 180', '0 270', '90 0', '-90 0']);
  t.same(middles('CS-ED-1'), ['0 0', '0 90', '90 0', '0 180', '0 270', '-90 0']);
  // LFRic: the third tile begins in its lower right corner and runs up; n = 2, equal angles: 22.5 degrees off the middle.
  const { lat, lon } = gridFromSpec('CS-LFR-2').coordinates();
  const third = [8, 9, 10, 11].map((point) => [Math.sign(Math.round(lat[point] as number)), Math.round(10 * (lon[point] as number))]);
  t.same(third, [
    [-1, 2025],
    [1, 2025],
    [-1, 1575],
    [1, 1575],
  ]);
});

t.test('lists of points become grids, from arrays and from files', async (t) => {
  const files: PointFiles = {
    values: async (path) => (path === 'lat.npy' ? Float64Array.of(10, 20, 30) : Float64Array.of(350, 0, 10)),
    pairs: async () => ({ lat: Float64Array.of(10, 20, 30), lon: Float64Array.of(350, 0, 10) }),
  };
  const grids = [
    unstructuredGrid({ points: 3, coordinates: { lat: Float64Array.of(10, 20, 30), lon: Float64Array.of(350, 0, 10) } }),
    gridFromSpec({ type: 'unstructured', latitudes: [10, 20, 30], longitudes: [350, 0, 10] }),
    await gridFromText('{type: unstructured, latitudes: 10/20/30, longitudes: 350/0/10}'),
    await gridFromText('{type: unstructured, latitudes: lat.npy, longitudes: lon.npy}', files),
    await gridFromText('{type: unstructured, coordinates: points.npz}', files),
  ];
  for (const grid of grids) {
    t.equal(grid.hash, grids[0]?.hash);
    t.same(grid.area, { north: 30, west: -10, south: 10, east: 10 });
    t.same(Array.from(grid.coordinates().lat), [10, 20, 30]);
  }
  const icon = await gridFromText('{grid: icon-ch1, coordinates: points.npz}', files);
  t.equal(icon.spec.identity, 'icon-ch1');
  const { grid: part, indices } = crop(grids[0] as Grid, [25, -20, 5, 5]);
  t.same(Array.from(indices), [0, 1]);
  t.equal(part.points, 2);
});

t.test('wrong lists of points are refused', async (t) => {
  const list = (lat: readonly number[], lon: readonly number[]) => () =>
    unstructuredGrid({ points: 2, coordinates: { lat: Float64Array.from(lat), lon: Float64Array.from(lon) } });
  t.throws(list([1, 2, 3], [1, 2]), { code: 'input.grid', message: /3 latitudes and 2 longitudes were given for 2 points/ });
  t.throws(list([1, 91], [1, 2]), { code: 'input.grid', message: /point 2 lies at latitude 91/ });
  t.throws(list([1, Number.NaN], [1, 2]), { code: 'input.grid', message: /latitude NaN/ });
  t.throws(list([1, 2], [Number.POSITIVE_INFINITY, 2]), { code: 'input.grid', message: /point 1.*longitude Infinity/ });
  t.throws(() => unstructuredGrid({ points: 5, columns: 2 }), { code: 'input.grid', message: /5 points do not make rows of 2/ });
  t.throws(() => withCoordinates(gridFromSpec('O8'), gridFromSpec('O8').coordinates()), {
    code: 'input.grid',
    message: /coordinates of its own/,
  });
  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['{type: unstructured, latitudes: 1/2}', 'input.grid', /longitudes is absent/],
    ['{type: unstructured, latitudes: lat.npy, longitudes: 1/2}', 'input.grid', /file 'lat.npy'.*cannot be read here/],
    ['{grid: O8, latitudes: 1/2, longitudes: 1/2}', 'input.grid', /"O8" does not take latitudes/],
    ['icon-ch1', 'unsupported.grid', /known only from a file.*coordinates/],
    ['FESOM_core2', 'unsupported.grid', /known only from a file/],
    ['{type: unstructured, latitudes: 1/2, longitudes: 1/2, area: 1/2/3/4}', 'input.grid', /'area'/],
  ];
  for (const [text, code, message] of refusals) await t.rejects(gridFromText(text), { code, message }, text);
});

t.test('ORCA grids have their points by name and positions from outside', async (t) => {
  const sizes: Readonly<Record<string, number>> = { eORCA1_T: 120184, eORCA025_T: 1740494, ORCA2_U: 27118 };
  for (const [name, points] of Object.entries(sizes)) t.equal(gridFromSpec(name).points, points, name);
  const grid = gridFromSpec('EORCA1_t');
  t.same(grid.spec, { grid: 'eORCA1_T' }, 'mir tests/unit/gridspec.cc');
  t.equal(grid.type, 'orca');
  t.throws(() => grid.coordinates(), { code: 'unsupported.grid', message: /'eORCA1_T' states no coordinates; give a file/ });
  t.throws(() => gridFromSpec('eORCA3_T'), { code: 'unsupported.grid', message: /eORCA3_T/ });
  t.throws(() => orcaGrid('O8'), { code: 'input.grid', message: /'O8' is not an ORCA grid/ });
  const lat = Float64Array.from({ length: 27118 }, (_, point) => -80 + 160 * (Math.floor(point / 182) / 148));
  const lon = Float64Array.from({ length: 27118 }, (_, point) => ((point % 182) * 2 + 80) % 360);
  const placed = withCoordinates(gridFromSpec('ORCA2_T'), { lat, lon });
  t.equal(placed.hash, gridFromSpec('ORCA2_T').hash, 'the same grid');
  const cells = present(placed.cells?.());
  for (let point = 0; point < placed.points; point += 11) {
    const cell = cellOf(cells, point);
    if (!(polygonArea(cell) > 0) || !isInside(vectorOf(lat[point] as number, lon[point] as number), cell)) t.fail(`cell ${point}`);
  }
  t.throws(() => withCoordinates(gridFromSpec('ORCA2_T'), { lat: lat.slice(1), lon }), { code: 'input.grid', message: /27117 latitudes/ });
});

t.test('rotated grids are cropped in their frame', async (t) => {
  for (const name of ['10/10', 'F16', 'O16']) {
    const whole = gridFromSpec({ grid: name, rotation: [-40, 10] });
    const { grid, indices } = crop(whole, [40, -20, 10, 30]);
    t.equal(grid.hash, gridFromSpec({ grid: name, rotation: [-40, 10], area: [40, -20, 10, 30] }).hash, name);
    t.same(grid.rotated?.southPoleLat, -40);
    const [own, all] = [grid.coordinates(), whole.coordinates()];
    // The frame's meridians may be a turn apart, which rounds otherwise.
    t.ok(
      indices.every((at, point) => Math.abs((own.lat[point] as number) - (all.lat[at] as number)) < 1e-12),
      `${name}: the same points`,
    );
    t.equal(indices.length, grid.points);
  }
});
