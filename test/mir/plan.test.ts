// Plans as text: which steps options mean for an input, in MIR's order (mir: src/mir/key/style/ECMWFStyle.cc, src/mir/key/resol).
import t from 'tap';
import { gridFromSpec, spectralGrid } from '../../src/atlas/index.js';
import { isDteError } from '../../src/base/index.js';
import { compilePlan, type InputKind, parseMirOptions, planText } from '../../src/mir/index.js';
import { gaussianNumberOf, truncationOf } from '../../src/mir/spectral-plan.js';

const linear = 'method=linear missing=missing-if-heaviest-missing';

async function steps(source: string, options: Record<string, unknown>, kind: InputKind = 'scalar'): Promise<readonly string[]> {
  const grid = /^T\d+$/.test(source) ? spectralGrid(Number(source.slice(1))) : gridFromSpec(source);
  return planText(await compilePlan(parseMirOptions(options), { grid, kind })).slice(1, -1);
}

t.test('gridded input: steps are left out that would change nothing', async (t) => {
  t.same(await steps('O32', { grid: '5/5' }), [`interpolate to {grid:[5,5]} ${linear}`]);
  t.same(await steps('O32', { grid: 'O32' }), []);
  t.same(await steps('O32', { octahedral: 32 }), []);
  t.same(await steps('O32', { grid: 'source' }), []);
  t.same(await steps('O32', {}), []);
  t.same(await steps('O32', { grid: 'O32', method: 'nn', missing: 'no' }), []);
  t.same(await steps('O32', { regular: 16, interpolation: 'nn', 'non-linear': 'heaviest' }), [
    'interpolate to F16 method=nearest-neighbour missing=heaviest',
  ]);
  t.same(await steps('1/1', { grid: '1/1', area: '70/-25/30/45' }), ['crop area=70/-25/30/45 to {grid:[1,1],area:[70,-25,30,45]}']);
  t.same(await steps('1/1', { area: '70/-25/30/45' }), ['crop area=70/-25/30/45 to {grid:[1,1],area:[70,-25,30,45]}']);
  t.same(await steps('1/1', { grid: '2/2', area: '70/-24/30/44' }), [`interpolate to {grid:[2,2],area:[70,-24,30,44]} ${linear}`]);
  t.same(await steps('O32', { grid: '1/1', area: '70/-25/30/45' }), [`interpolate to {grid:[1,1],area:[70,-25,30,45]} ${linear}`]);
});

t.test('area as mask, bitmap, frame and bounds come in this order', async (t) => {
  t.same(
    await steps('O32', {
      frame: 2,
      limiter: true,
      'limiter-maximum': 5,
      bitmap: 'points.bitmap',
      'mask-output-lsm-value': 0,
      'lsm-file': 'lsm.grib',
      'area-mode': 'mask',
      area: '70/-25/30/45',
      grid: '5/5',
    }),
    [
      `interpolate to {grid:[5,5]} ${linear}`,
      'mask-area area=70/-25/30/45',
      'bitmap points.bitmap',
      'mask-output-lsm value=0 file=lsm.grib',
      'frame size=2',
      'limit minimum=-1e+30 maximum=5',
    ],
  );
});

t.test('land-sea masks: before interpolation, in its weights, after it', async (t) => {
  const files = { 'lsm-file-input': 'in.lsm', 'lsm-file-output': 'out.lsm' };
  t.same(await steps('O32', { grid: '5/5', lsm: true, 'mask-input-lsm-value': 1, ...files }), [
    'mask-input-lsm value=1 file=in.lsm',
    `interpolate to {grid:[5,5]} ${linear} lsm=in.lsm,out.lsm`,
  ]);
  for (const [options, message] of [
    [{ lsm: true }, /lsm without a land-sea mask of the input .*lsm-file-input/],
    [{ lsm: true, 'lsm-file-input': 'x' }, /lsm without a land-sea mask of the output/],
    [{ 'mask-input-lsm-value': 1 }, /mask-input-lsm-value without a land-sea mask/],
    [{ lsm: true, 'lsm-file': 'x', 'lsm-interpolation': 'nearly' }, /'nearly' is not an interpolation method/],
  ] as const)
    await t.rejects(steps('O32', { grid: '5/5', ...options }), { code: 'input.option', message });
});

t.test('pairs are interpolated as vectors where a target asks for it', async (t) => {
  const rotation = '-40/10';
  t.same(await steps('O32', { grid: '5/5' }, 'uv'), [`interpolate to {grid:[5,5]} ${linear}`]);
  t.same(await steps('O32', { grid: '5/5', uv: true }, 'uv'), [`interpolate vectors to {grid:[5,5]} ${linear}`]);
  t.same(await steps('O32', { grid: '5/5', uv2uv: true, 'vector-space': '1d-linear' }, 'uv'), [
    `interpolate vectors as two scalars to {grid:[5,5]} ${linear}`,
  ]);
  t.same(await steps('O32', { grid: '5/5', uv: true, rotation }, 'uv'), [
    `interpolate vectors, from east and north to the axes of the grid, to {grid:[5,5],rotation:[-40,10]} ${linear}`,
  ]);
  t.same(await steps('T63', { grid: '5/5', vod2uv: true, rotation }, 'vod'), [
    'truncate to T35',
    'wind-from-vorticity',
    'transform to F18, divided by cos(lat)',
    `interpolate vectors, from east and north to the axes of the grid, to {grid:[5,5],rotation:[-40,10]} ${linear}`,
  ]);
});

t.test('rotation turns the target', async (t) => {
  t.same(await steps('O32', { grid: '5/5', rotation: '-40/10' }), [`interpolate to {grid:[5,5],rotation:[-40,10]} ${linear}`]);
  t.same(await steps('5/5', { rotation: '-40/10' }), [`interpolate to {grid:[5,5],rotation:[-40,10]} ${linear}`]);
  t.same(await steps('5/5', { grid: '5/5', rotation: '-90/0' }), []);
});

t.test('an intermediate grid comes first', async (t) => {
  t.same(await steps('O32', { grid: '5/5', intgrid: 'F16', 'intermediate-interpolation': 'nn' }), [
    'interpolate to F16 method=nearest-neighbour missing=missing-if-heaviest-missing',
    `interpolate to {grid:[5,5]} ${linear}`,
  ]);
});

t.test('a matrix from a file goes to the grid that is named, whatever the others, and an area is cut out afterwards', async (t) => {
  const matrix = { 'interpolation-matrix': 'w.nc' };
  const step = 'matrix=w.nc missing=missing-if-heaviest-missing';
  t.same(await steps('O32', { grid: '5/5', ...matrix }), [`interpolate to {grid:[5,5]} ${step}`]);
  t.same(await steps('O32', { grid: 'O32', method: 'matrix', ...matrix }), [`interpolate to O32 ${step}`]);
  t.same(await steps('1/1', { grid: '1/1', area: '70/-25/30/45', ...matrix }), [
    `interpolate to {grid:[1,1]} ${step}`,
    'crop area=70/-25/30/45 to {grid:[1,1],area:[70,-25,30,45]}',
  ]);
  t.same(await steps('T63', { grid: 'F32', ...matrix }), ['transform to F32', `interpolate to F32 ${step}`]);
  t.same(await steps('O32', { grid: '5/5', intgrid: 'F16', 'intermediate-interpolation': 'nn', ...matrix }), [
    'interpolate to F16 method=nearest-neighbour missing=missing-if-heaviest-missing',
    `interpolate to {grid:[5,5]} ${step}`,
  ]);
  await t.rejects(steps('1/1', matrix), { code: 'input.option', message: /without a target .*give grid/ });
  await t.rejects(steps('T63', { truncation: 21, ...matrix }), { code: 'input.option', message: /without a target .*give grid/ });
});

t.test('orders relate truncation and Gaussian grid as MIR has them', async (t) => {
  // T = ceil(4 N / (k + 1)) - 1 and N = floor((T + 1)(k + 1) / 4): TL639 on N320, TQ on N: 4N/3 - 1, TCo1279 on O1280.
  t.same(
    (['linear', 'quadratic', 'cubic', 'quartic'] as const).map((order) => truncationOf(320, order)),
    [639, 426, 319, 255],
  );
  t.same([gaussianNumberOf(639, 'linear'), gaussianNumberOf(1279, 'cubic')], [320, 1280]);
});

t.test('spectral input: truncation and grid of the transform follow from input and target', async (t) => {
  // 5 degrees: 36 rows, so N = 18; TL35 fits it.
  t.same(await steps('T63', { grid: '5/5' }), ['truncate to T35', 'transform to F18', `interpolate to {grid:[5,5]} ${linear}`]);
  // The input allows N = 64 at most.
  t.same(await steps('T63', { grid: '1/1' }), ['transform to F64', `interpolate to {grid:[1,1]} ${linear}`]);
  t.same(await steps('T63', { grid: 'F32' }), ['transform to F32']);
  t.same(await steps('T63', { grid: 'O16' }), ['truncate to T31', 'transform to F16', `interpolate to O16 ${linear}`]);
  t.same(await steps('T63', { grid: 'O16', intgrid: 'none', truncation: 'none' }), ['transform to O16']);
  t.same(await steps('T63', { grid: '5/5', intgrid: 'source' }), ['transform to O64', `interpolate to {grid:[5,5]} ${linear}`]);
  t.same(await steps('T63', { grid: 'O16', intgrid: 'O16', 'spectral-order': 'cubic' }), ['truncate to T15', 'transform to O16']);
  t.same(await steps('T63', { grid: '5/5', resol: 21 }), ['truncate to T21', 'transform to F18', `interpolate to {grid:[5,5]} ${linear}`]);
  t.same(await steps('T63', { truncation: 21 }), ['truncate to T21']);
  t.same(await steps('T63', {}), []);
  t.same(await steps('T63', { truncation: 21, cesaro: true, bandpass: '0/10/0/21' }), [
    'truncate to T21',
    'cesaro k=2 from T1',
    'bandpass 0/10/0/21',
  ]);
});

t.test('spectral winds: from vorticity and divergence, and from U and V', async (t) => {
  t.same(await steps('T63', { grid: 'F32', vod2uv: true }, 'vod'), ['wind-from-vorticity', 'transform to F32, divided by cos(lat)']);
  t.same(await steps('T63', { grid: 'F32', vod2uv: true, 'v-only': true }, 'vod'), [
    'wind-from-vorticity',
    'transform to F32, divided by cos(lat)',
    'select v',
  ]);
  t.same(await steps('T63', { grid: 'F32' }, 'wind'), ['transform to F32, divided by cos(lat)']);
  t.same(await steps('T63', { grid: 'F32' }, 'vod'), ['transform to F32']);
  t.same(await steps('T63', { vod2uv: true }, 'vod'), ['wind-from-vorticity']);
  const { components } = await compilePlan(parseMirOptions({ grid: 'F32', vod2uv: true }), { grid: spectralGrid(63), kind: 'vod' });
  t.same(components, ['u', 'v']);
});

t.test('options that do not fit the input are refused', async (t) => {
  const cases: [string, Record<string, unknown>, InputKind, string, RegExp][] = [
    ['T63', { truncation: 64 }, 'scalar', 'input.option', /T64 of fields that have T63 .*at most 63/],
    ['T63', { grid: 'F32', cesaro: true, 'cesaro-truncation': 63 }, 'scalar', 'input.option', /cesaro-truncation 63 of fields of T63/],
    ['T63', { truncation: 21, bandpass: '0/10/0/22' }, 'scalar', 'input.option', /bandpass 0\/10\/0\/22 of fields of T21 .*from 0 to 21/],
    ['T63', { grid: '5/5', intgrid: '1/1' }, 'scalar', 'input.option', /as grid of a spectral transform.*global Gaussian/],
    ['T63', { rotation: '-40/10' }, 'scalar', 'input.option', /a rotation needs a grid/],
    ['O32', { vod2uv: true }, 'vod', 'input.field', /vorticity and divergence on O32 cannot become wind/],
    ['O32', { grid: '5/5', method: 'nearly' }, 'scalar', 'input.option', /'nearly' is not an interpolation method/],
    ['O32', { grid: '5/5', missing: 'perhaps' }, 'scalar', 'input.option', /'perhaps' is not a treatment of missing values/],
    ['O32', { grid: 'no such grid' }, 'scalar', 'input.grid', /no such grid/],
    ['O32', { grid: '5/5', area: '10/0/50/5' }, 'scalar', 'input.area', /north 10 is south of south 50/],
  ];
  for (const [source, options, kind, code, message] of cases) {
    const error = await steps(source, options, kind).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    t.ok(isDteError(error) && error.code === code, `${JSON.stringify(options)}: ${String(error)}`);
    t.match((error as Error).message, message);
  }
});
