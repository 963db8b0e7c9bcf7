import t from 'tap';
import { type Grid, gridFromSpec, gridFromText, regularLatLon } from '../../src/atlas/index.js';

/** A text as a person writes it, or a value. */
const gridOf = async (spec: unknown): Promise<Grid> =>
  typeof spec === 'string' ? await gridFromText(spec) : gridFromSpec(spec as number[]);

t.test('names have the numbers of points of the atlas grids', async (t) => {
  // grids-and-regridding reference, section 2 (atlas check values) and 2.5 (mir tests/unit/gridspec.cc).
  const counts: Readonly<Record<string, number>> = {
    O32: 5248,
    O96: 40320,
    O320: 421120,
    O640: 1661440,
    O1280: 6599680,
    N32: 6114,
    N320: 542080,
    N640: 2140702,
    F80: 51200,
    L360x181: 65160,
    L90: 65160,
    O8: 544,
  };
  for (const [name, points] of Object.entries(counts)) {
    t.equal(gridFromSpec(name).points, points, name);
    t.equal(gridFromSpec(name.toLowerCase()).hash, gridFromSpec(name).hash, `${name} in lower case`);
  }
});

t.test('specs have the canonical forms that mir asserts', async (t) => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['{grid: 10/10}', '{"grid":[10,10]}', 684],
    ['{grid: [20,10]}', '{"grid":[20,10]}', 342],
    ['{grid: o8}', '{"grid":"O8"}', 544],
  ];
  for (const [text, canonical, points] of cases) {
    const grid = await gridFromText(text);
    t.equal(JSON.stringify(grid.spec), canonical);
    t.equal(grid.points, points);
  }
});

t.test('one grid written in many ways has one spec and one hash', async (t) => {
  const ways: readonly (readonly unknown[])[] = [
    [
      '1/1',
      '[1,1]',
      '[1, 1]',
      'L360x181',
      'l90',
      '{grid: 1/1}',
      '{"grid":[1,1]}',
      'grid: "1/1"',
      { grid: [1, 1] },
      [1, 1],
      '{grid: [1,1], area: [90,0,-90,359]}',
      '{grid: 1/1, area: 90/0/-90/360}',
      '{grid: 1/1, order: i+j-}',
      '{grid: 1/1, rotation: [-90, 0]}',
      '{grid: 1/1, reference: [3, -2]}',
    ],
    [
      'O32',
      '{grid: O32, area: [90,0,-90,360]}',
      '{grid: O32, type: reduced_gg}',
      { pl: Array.from({ length: 64 }, (_, j) => 20 + 4 * Math.min(j, 63 - j)) },
    ],
    ['F2', { pl: [8, 8, 8, 8] }],
    ['{grid: 1/1, area: [60,170,30,-170]}', '{grid: 1/1, area: 60.5/169.5/29.5/190.5}', '{grid: 1/1, area: 60/-190/30/-170}'],
    ['{grid: L10x4}', '{grid: [36, 60], reference: [0, 30]}', '{grid: [36, 60], reference: [72, -90]}'],
  ];
  for (const group of ways) {
    const [first, ...others] = (await Promise.all(group.map((spec) => gridOf(spec)))) as [Grid, ...Grid[]];
    for (const [index, other] of others.entries()) {
      t.same(other.spec, first.spec, JSON.stringify(group[index + 1]));
      t.equal(other.hash, first.hash);
      t.same(other.coordinates(), first.coordinates());
    }
  }
});

t.test('a canonical spec leads back to the same grid', async (t) => {
  const specs = [
    'N32',
    'F3',
    '0.7/0.7',
    'L7x5',
    '{grid: [0.3, 0.3], area: [1, -1, -1, 1]}',
    '{grid: [0.1,0.1], reference: [0.05,0.05], area: [10,-5,0,5]}',
    '{grid: O32, area: [60,350,30,20]}',
    '{grid: N32, area: [90,-180,10,180]}',
    '{pl: [10,12,12,10]}',
    '{pl: [10,12,12,10], area: [90,10,0,200]}',
    '{grid: 2/2, rotation: [-40,10], area: [20,-20,-20,20]}',
    '{type: sh, truncation: 21}',
    '{type: unstructured, points: 7, identity: abc}',
    '{type: unknown, points: 7}',
  ];
  for (const spec of specs) {
    const grid = await gridFromText(spec);
    const again = gridFromSpec(JSON.stringify(grid.spec));
    t.equal(again.hash, grid.hash, spec);
    t.same(again.rows, grid.rows);
    t.equal(again.points, grid.points);
  }
});

t.test('the hash is stable and tells grids apart', async (t) => {
  // SHA-256 by `printf 'dte-grid-1 {"grid":"O640"}' | sha256sum | cut -c1-32` (GNU coreutils), and the same for {"grid":[1,1]}.
  t.equal(gridFromSpec('O640').hash, '411aabf55b58e314525405cf496bbdf4');
  t.equal(gridFromSpec('1/1').hash, '9cd8e091850916d1c547a895e08895c0');
  const specs = [
    'O32',
    'N32',
    'F32',
    '1/1',
    '2/1',
    '{grid: 1/1, area: [1,0,0,1]}',
    '{grid: 1/1, rotation: [-40,10]}',
    '{type: sh, truncation: 31}',
  ];
  const hashes = (await Promise.all(specs.map((text) => gridFromText(text)))).map(({ hash }) => hash);
  t.equal(new Set(hashes).size, hashes.length);
  for (const hash of hashes) t.match(hash, /^[0-9a-f]{32}$/);
});

t.test('increments give multiples inside the area, snapped inwards, also across the date line', async (t) => {
  const inwards = await gridFromText('{grid: 10/10, area: [65, -33, 25, 41]}');
  t.same(inwards.area, { north: 60, west: -30, south: 30, east: 40 });
  t.equal(inwards.points, 4 * 8);
  const line = await gridFromText('{grid: 10/10, area: [10, 165, -10, -165]}');
  t.same(Array.from(line.coordinates().lon.subarray(0, 3)), [170, 180, 190]);
  t.equal(line.points, 9);
  const fine = gridFromSpec('0.1/0.1').coordinates();
  t.equal(fine.lon[3], 0.3, 'no accumulated rounding: the coordinate is the f64 nearest to 0.3');
  t.equal(fine.lat[3600 * 897], 0.3);
});

t.test('increments that do not divide the circle leave it open', async (t) => {
  const grid = gridFromSpec('0.7/0.7');
  t.equal(grid.rows?.periodic, false);
  // 514 steps of 0.7 fit into 360 - 0.7; 128 steps of 0.7 into 90 on each side of the equator.
  t.equal(grid.points, 514 * 257);
  t.equal(gridFromSpec('0.75/0.75').rows?.periodic, true);
});

t.test('rows, coordinates and area of a grid agree', async (t) => {
  for (const spec of ['O16', 'N16', 'F4', '5/5', '{grid: O16, area: [50,-20,-10,95]}', '{grid: 5/5, area: [50,-20,-10,95]}', 'L7x5']) {
    const { rows, points, area, coordinates } = await gridFromText(spec);
    const { lat, lon } = coordinates();
    t.equal(lat.length, points);
    let index = 0;
    let worst = 0;
    if (rows === undefined || area === undefined) throw new Error('a grid with rows is expected');
    for (let row = 0; row < rows.lats.length; row++) {
      for (let i = 0; i < rows.counts[row]; i++, index++) {
        worst = Math.max(worst, Math.abs(lat[index] - rows.lats[row]), Math.abs(lon[index] - rows.lonFirst[row] - i * rows.lonStep[row]));
      }
    }
    t.equal(index, points);
    t.ok(worst < 1e-12, spec);
    const lons = Array.from(lon);
    t.same(area, { north: Math.max(...lat), west: Math.min(...lons), south: Math.min(...lat), east: Math.max(...lons) });
    t.ok(area.west >= -180 && area.west < 180);
  }
});

t.test('longitudes of reduced rows are the f64 nearest to 360 i / n', async (t) => {
  const { lon } = gridFromSpec('O32').coordinates();
  let start = 0;
  let differences = 0;
  for (let n = 20; n <= 144; n += 4) {
    for (let i = 0; i < n; i++) {
      if (lon[start + i] !== (360 * i) / n) t.fail(`point ${i} of the row with ${n} points is ${lon[start + i]}`);
      if (i * (360 / n) !== (360 * i) / n) differences++;
    }
    start += n;
  }
  t.ok(differences > 0, 'multiples of a rounded step would differ, so the comparison means something');
});

t.test('a regular Gaussian or reduced sub-area holds exactly the points inside its edges', async (t) => {
  for (const [spec, n] of [
    ['O16', 16],
    ['N16', 16],
    ['F8', 8],
  ] as const) {
    const whole = gridFromSpec(spec).coordinates();
    for (const [north, west, south, east] of [
      [60, -45, -30, 90],
      [90, 7.5, 0, 22.5],
      [10, 179, -10, 181.25],
      [0.5, 0, -90, 359],
      [45, -180, -45, 180],
    ] as const) {
      const part = gridFromSpec({ grid: spec, area: [north, west, south, east] });
      // Brute force in integers: 10^6 degrees and a tiny slack that only absorbs f64 rounding of 360 i / n.
      let inside = 0;
      for (let p = 0; p < whole.lat.length; p++) {
        const east360 = (((whole.lon[p] - west) % 360) + 360) % 360;
        const distance = east360 > 360 - 1e-9 ? 0 : east360;
        if (whole.lat[p] <= north && whole.lat[p] >= south && distance <= Math.min(east - west, 360) + 1e-9) inside++;
      }
      t.equal(part.points, inside, `${spec} N=${n} ${north}/${west}/${south}/${east}`);
    }
  }
});

t.test('a rotated grid has true coordinates', async (t) => {
  // By hand: the frame's south pole lies at (-40, 10), so its north pole is at (40, -170) and the frame's origin, a quarter turn away, at (50, 10).
  const grid = await gridFromText('{grid: 10/10, rotation: [-40, 10]}');
  t.equal(grid.type, 'rotated_ll');
  const { lat, lon } = grid.coordinates();
  const near = (point: number, wantedLat: number, wantedLon: number) =>
    t.ok(Math.abs(lat[point] - wantedLat) < 1e-12 && Math.abs(lon[point] - wantedLon) < 1e-12, `${lat[point]} ${lon[point]}`);
  near(0, 40, -170);
  near(9 * 36, 50, 10);
  near(18 * 36, -40, 10);
  t.equal(grid.rows, undefined);
  t.same(grid.area, { north: 90, west: -180, south: -90, east: 180 });
  const part = await gridFromText('{grid: 1/1, rotation: [-40, 10], area: [20, -20, -20, 20]}');
  const box = part.area as { north: number; west: number; south: number; east: number };
  const own = part.coordinates();
  for (let p = 0; p < part.points; p++) {
    if (own.lat[p] > box.north + 1e-9 || own.lat[p] < box.south - 1e-9 || own.lon[p] < box.west - 1e-9 || own.lon[p] > box.east + 1e-9)
      t.fail(`point ${p} lies outside the box`);
  }
  t.ok(Math.abs(box.north - Math.max(...own.lat)) < 1e-9 && Math.abs(box.west - Math.min(...own.lon)) < 1e-9, 'and the box is tight');
});

t.test('spectral, unstructured and unknown grids have points and no coordinates', async (t) => {
  const sh = await gridFromText('{type: sh, truncation: 639}');
  t.equal(sh.points, 640 * 641);
  for (const grid of [sh, await gridFromText('{type: unstructured, points: 5}'), await gridFromText('{type: unknown, points: 5}')]) {
    t.equal(grid.area, undefined);
    t.throws(() => grid.coordinates(), { code: 'unsupported.grid' });
  }
});

t.test('a wrong gridspec says what was met and what is accepted', async (t) => {
  const refusals: readonly (readonly [unknown, string, RegExp])[] = [
    ['Q640', 'input.grid', /'Q640'.*O<N>.*did you mean 'O640'/],
    ['N321', 'input.grid', /no table for N = 321.*N320/],
    ['F0', 'input.grid', /Gaussian number 0/],
    ['L5x1', 'input.grid', /L5x1/],
    ['CS-LFR-L-8', 'unsupported.grid', /'CS-LFR-L-8'/],
    ['eORCA3_T', 'unsupported.grid', /eORCA3_T/],
    ['1/2/3', 'input.grid', /1\/2\/3/],
    ['0/1', 'input.grid', /increments 0\/1/],
    ['1e-9/1', 'limit.range', /too small/],
    ['', 'input.grid', /not a grid/],
    [17, 'input.grid', /17/],
    [{ area: [1, 0, 0, 1] }, 'input.grid', /neither grid nor pl/],
    [{ grid: 'O32', aera: [1, 0, 0, 1] }, 'input.grid', /'aera'.*did you mean 'area'/],
    [{ grid: 'O32', truncation: 5 }, 'input.grid', /'truncation'/],
    [{ grid: 'O32', type: 'regular_ll' }, 'input.grid', /contradicts/],
    [{ grid: 'H4', rotation: [-40, 10] }, 'unsupported.grid', /'H4' of type healpix cannot be rotated/],
    [{ grid: '1/1', order: 'j-i-' }, 'input.grid', /order 'j-i-'/],
    [{ grid: '1/1', rotation: 5 }, 'input.grid', /rotation/],
    [{ grid: '1/1', rotation: [-95, 0] }, 'input.grid', /rotation/],
    [{ pl: [4, 8, 4] }, 'input.grid', /even number/],
    [{ pl: [4, 0, 0, 4] }, 'input.grid', /pl\[1\]/],
    [{ pl: 'x' }, 'input.grid', /pl/],
    [{ type: 'sh' }, 'input.grid', /truncation is absent/],
    [{ type: 'lambert' }, 'unsupported.grid', /lambert/],
    ['{grid: [1, 1', 'input.syntax', /line 1/],
    ['grid: 1/1\narea: [1, 2\nx', 'input.syntax', /line [23]/],
    ['{grid: 1/1, area: 30/0/60/5}', 'input.area', /north 30 is south of south 60/],
    ['{grid: 1/1, area: [91, 0, 60, 5]}', 'input.area', /beyond a pole/],
    ['{grid: 1/1, area: [60, 0, 30]}', 'input.area', /3 numbers/],
    ['{grid: 1/1, area: x/y}', 'input.area', /four numbers/],
    ['{grid: 1/1, area: [60, 1000, 30, 1001]}', 'input.area', /two turns/],
    ['{grid: 10/10, area: [29, 1, 21, 2]}', 'input.area', /holds no point/],
    ['{grid: O32, area: [1, 3, -1, 3.2]}', 'input.area', /outside the grid/],
  ];
  for (const [spec, code, message] of refusals) await t.rejects(gridOf(spec), { code, message }, JSON.stringify(spec));
});

t.test('names, increments and JSON need no YAML, which gridFromSpec refuses', async (t) => {
  for (const text of ['O32', ' o32\n', '5/5', '[5, 5]', '{"grid":"O32"}', '"O32"']) {
    t.equal((await gridFromText(text)).hash, gridFromSpec(text).hash, text);
  }
  t.throws(() => gridFromSpec('{grid: O32}'), {
    code: 'input.syntax',
    message: /'\{grid: O32\}' is neither a name nor JSON; gridFromText reads YAML/,
  });
  for (const empty of ['', ' ', '# nothing'])
    await t.rejects(gridFromText(empty), { code: 'input.grid', message: /not a grid/ }, `'${empty}'`);
  t.throws(() => gridFromSpec(''), { code: 'input.grid', message: /not a grid/ });
});

t.test('a GRIB header and a gridspec of the same grid give the same grid', async (t) => {
  const header = regularLatLon({ north: 90, west: 0, south: -90, east: 359.75, columns: 1440, rows: 721, dlon: 0.25, dlat: 0.25 });
  t.equal(header.hash, gridFromSpec('0.25/0.25').hash);
  t.equal(header.name, 'L1440x721');
  // Thirds of a degree are rounded to millionths in a header; the circle says what was meant.
  const thirds = regularLatLon({
    north: 90,
    west: 0,
    south: -90,
    east: 359.666667,
    columns: 1080,
    rows: 541,
    dlon: 0.333333,
    dlat: 0.333333,
  });
  t.equal(thirds.hash, gridFromSpec('L1080x541').hash);
  const crossing = regularLatLon({ north: 60, west: 340, south: 50, east: 20, columns: 41, rows: 11 });
  t.same(crossing.spec, { grid: [1, 1], area: [60, -20, 50, 20] });
  t.throws(() => regularLatLon({ north: 60, west: 0, south: 50, east: 20, columns: 41, rows: 11, dlon: 1, dlat: 1 }), {
    code: 'input.grid',
    message: /dlon 1/,
  });
  t.throws(() => regularLatLon({ north: 60, west: 0, columns: 0, rows: 11, dlon: 1, dlat: 1 }), { code: 'input.grid' });
  t.throws(() => regularLatLon({ north: 60, west: 0, columns: 10, rows: 200, dlon: 1, dlat: 1 }), { code: 'input.grid', message: /pole/ });
  t.throws(() => regularLatLon({ north: 60, west: 0, columns: 10, rows: 2 }), { code: 'input.grid', message: /dlon/ });
  t.throws(() => regularLatLon({ north: 60, west: 0, columns: 720, rows: 2, dlon: 1, dlat: 1 }), {
    code: 'input.grid',
    message: /more than once/,
  });
});
