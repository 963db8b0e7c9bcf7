// The detector of extreme winds beside a model: what it finds against a plain search, what it tells and when, and what it refuses.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import t from 'tap';
import { gridFromSpec } from '../../../src/atlas/index.js';
import { type Engine, missingValue } from '../../../src/compute/index.js';
import { ModelData, openPlume, type PluginNotice } from '../../../src/plume/index.js';
import { pointsInside, type Ring } from '../../../src/plume/extreme-wind/polygon.js';
import { cellAreas } from '../../../src/regrid/index.js';
import { cpuEngine, gpuEngine } from '../../support/engines.js';
import { fieldOf, layerValues } from '../support.js';

const grid = gridFromSpec('O16');
const { lat, lon } = grid.coordinates();
const box: Ring = [
  [60, -20],
  [60, 50],
  [20, 50],
  [20, -20],
];

const config = (extra = ''): string => `plugins:
  - name: watch
    kind: builtin
    lib: extreme-wind
    core-config:
      threshold: 25
      regions: {europe: [[60, -20], [60, 50], [20, 50], [20, -20]], all: globe, calm: [[-80, 0], [-80, 10], [-85, 10], [-85, 0]]}
      ${extra}`;

const offers = {
  offered: [
    { name: '10u', type: 'ATLAS_FIELD' },
    { name: '10v', type: 'ATLAS_FIELD' },
  ],
};

/** Wind from the west, strongest near 40 N 10 E, member 2 stronger; a fifth of the points missing. */
const speed = (point: number, member: number): number =>
  point % 5 === 2
    ? missingValue
    : (30 + 5 * member) *
      Math.exp(-((((lat[point] as number) - 40) / 15) ** 2) - (((((lon[point] as number) + 540) % 360) - 190) / 30) ** 2);

async function watched(
  engine: Engine,
  text: string,
  steps: number,
  strength: (step: number) => number = () => 1,
): Promise<PluginNotice[][]> {
  const notices: PluginNotice[][] = [];
  const plume = await openPlume(engine, text, { onNotice: (notice) => notices.at(-1)?.push(notice) });
  const [decision] = await plume.negotiate(offers);
  if (decision?.accepted !== true) throw new Error(decision?.reasons.join());
  const data = new ModelData();
  const members = [
    { level: 0, number: 1 },
    { level: 0, number: 2 },
  ];
  for (const name of ['10u', '10v']) data.provideField(name, { value: await fieldOf(engine, 'O16', members, () => 0) });
  await plume.feed(data);
  for (let step = 1; step <= steps; step++) {
    notices.push([]);
    const factor = strength(step);
    const u = await fieldOf(engine, 'O16', members, (p, m) => (speed(p, m) === missingValue ? missingValue : factor * speed(p, m)));
    const [from, to] = [u.tiles, data.field('10u').field.tiles];
    await engine.run((pass) => {
      for (const [index, { values }] of to.entries()) pass.copy((from[index] as (typeof from)[number]).values, values, 0);
    });
    data.setUpdated(['10u', '10v']);
    const { failures } = await plume.run();
    if (failures.length > 0) throw failures[0]?.error;
  }
  if (text.includes('cells')) {
    const cells = data.field('extreme_wind_cells');
    for (const member of [0, 1]) {
      const values = (await layerValues(engine, cells.field, member)).filter((value) => value !== null) as number[];
      const wanted = Math.max(...[...lat.keys()].filter((p) => p % 5 !== 2).map((p) => speed(p, member)));
      if (Math.abs(Math.max(...values) - strength(steps) * wanted) > 1e-4)
        throw new Error(`the largest of all cells is ${Math.max(...values)}, not ${wanted}`);
    }
  }
  await plume.teardown();
  return notices;
}

t.test('points, area, largest value and its place are those of a plain search, for every region and member', async (test) => {
  const areas = cellAreas(grid).map((steradians) => steradians * 6371.229 ** 2);
  for (const engine of [await cpuEngine({ threads: 2 }), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('no adapter', { skip: engine });
      continue;
    }
    const [notices] = await watched(engine, config('cells: H4'), 1);
    test.same(
      notices?.map(({ data }) => [data['region'], data['number']]),
      [
        ['europe', 1],
        ['europe', 2],
        ['all', 1],
        ['all', 2],
      ],
    );
    for (const { event, plugin, step, data } of notices ?? []) {
      test.same([event, plugin, step, data['field'], data['grid'], data['threshold']], ['wind.extreme', 'watch', 1, '10si', 'O16', 25]);
      const member = (data['number'] as number) - 1;
      const points = data['region'] === 'all' ? [...lat.keys()] : [...pointsInside({ lat, lon }, [box])];
      const over = points.filter((p) => speed(p, member) > 25);
      test.equal(data['points'], over.length);
      const area = over.reduce((sum, p) => sum + (areas[p] as number), 0);
      test.ok(Math.abs((data['areaKm2'] as number) - area) < 1e-5 * area + 1, `${data['areaKm2']} km², ${area}`);
      const most = points.filter((p) => p % 5 !== 2).reduce((best, p) => (speed(p, member) > speed(best, member) ? p : best));
      test.same([data['lat'], data['lon']], [lat[most], lon[most]]);
      test.ok(Math.abs((data['maximum'] as number) - speed(most, member)) < 1e-4);
      const cells = data['cells'] as number[];
      test.ok(cells.length > 0 && cells.length < 192 / 4, `${cells.length} cells of ${data['cellGrid']}`);
    }
    await engine.close();
  }
});

t.test('a notice for each step, or only when it begins', async (test) => {
  const engine = await cpuEngine({ threads: 1 });
  const strength = (step: number): number => (step === 3 ? 0.1 : 1);
  const counts = async (text: string): Promise<number[]> => (await watched(engine, text, 4, strength)).map(({ length }) => length);
  test.same(await counts(config()), [4, 4, 0, 4]);
  test.same(await counts(config('notify: onset')), [4, 0, 0, 4]);
  await engine.close();
});

t.test('regions come from GeoJSON, too, and wrong ones are refused with their place', async (test) => {
  const engine = await cpuEngine({ threads: 1 });
  const folder = `${mkdtempSync(`${tmpdir()}/dte-regions-`)}/`;
  test.teardown(() => rmSync(folder, { recursive: true }));
  const feature = (geometry: unknown, name: unknown = 'box'): string =>
    JSON.stringify({ type: 'FeatureCollection', features: [{ properties: { name }, geometry }] });
  const ring = box.map(([y, x]) => [x, y]);
  const asFile = async (text: string): Promise<string> => {
    writeFileSync(`${folder}r.geojson`, text);
    const plume = await openPlume(
      engine,
      'plugins: [{name: w, kind: builtin, lib: extreme-wind, core-config: {threshold: 25, regions-file: r.geojson}}]',
      { folder },
    );
    const [decision] = await plume.negotiate(offers);
    return decision?.accepted === true ? 'accepted' : (decision?.reasons.join() ?? '');
  };
  test.equal(await asFile(feature({ type: 'Polygon', coordinates: [[...ring, ring[0]]] })), 'accepted');
  test.equal(await asFile(feature({ type: 'MultiPolygon', coordinates: [[ring], [ring]] })), 'accepted');
  test.match(await asFile('{'), /the file of regions is no JSON.*r.geojson/);
  test.match(await asFile('{}'), /a file without features where regions are wanted/);
  test.match(await asFile(feature({ type: 'Point', coordinates: [0, 0] })), /a Point 'box' where regions are wanted/);
  test.match(await asFile(feature({ type: 'Polygon', coordinates: [ring] }, 5)), /a feature without a name/);
  test.match(
    await asFile(
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 95],
            [1, 0],
            [2, 0],
          ],
        ],
      }),
    ),
    /lies off the globe/,
  );
  const stated = async (keys: string): Promise<string> => {
    const plume = await openPlume(engine, `plugins: [{name: w, kind: builtin, lib: extreme-wind, core-config: {${keys}}}]`);
    const [decision] = await plume.negotiate(offers);
    return decision?.accepted === true ? 'accepted' : (decision?.reasons.join() ?? '');
  };
  test.match(await stated('regions: {all: globe}'), /has no 'threshold'/);
  test.match(await stated('threshold: 25'), /has no 'regions'/);
  test.match(await stated('threshold: 25, regions: {}'), /has no region/);
  test.match(await stated('threshold: 25, regions: {a: [[1, 2], [3, 4]]}'), /region 'a'.*is no polygon/);
  test.match(await stated('threshold: 25, regions: {a: [[1, 2], [3, 4], [91, 0]]}'), /is no corner/);
  test.match(await stated('threshold: 25, regions: {a: [[60, 0], [60, 120], [60, 240]]}'), /goes around a pole.*close it along the pole/);
  test.match(await stated('threshold: 25, regions: {all: globe}, cells: Q7'), /Q7/);
  test.match(await stated('threshold: 25, regions: {all: globe}, notify: never'), /accepted are each, onset/);
  const unknown = await openPlume(engine, 'plugins: [{name: w, kind: builtin, lib: extreme-wnd}]');
  test.match(
    (await unknown.negotiate(offers))[0]?.reasons.join(),
    /no plugin 'extreme-wnd' comes with this package.*did you mean 'extreme-wind'/,
  );
  await engine.close();
});
