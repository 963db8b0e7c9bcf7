import { DteError, nearestWord } from '../base/index.js';
import { type MethodFlag, type MethodFlagName, methodFlags, methodWords, missingWords } from './method-flags.js';
import { chain, flag, gridText, methodValue, real, reals, text, truncationText, type ValueType, whole, word } from './option-values.js';

/** One option: MIR's name is its key in the table. */
export interface OptionSpec<T = unknown> {
  readonly type: ValueType<T>;
  /** One clause for a help text. */
  readonly help: string;
  /** What holds when it is not given, in words; absent where then nothing happens. */
  readonly standard?: string;
  readonly group: OptionGroup;
  /** Other names. */
  readonly aliases?: readonly string[];
  /** The one of the names that help texts show, where that is not the key. */
  readonly shown?: string;
}

export const optionGroups = {
  target: 'Target grid',
  method: 'Interpolation',
  details: 'Options of some interpolation methods',
  spectral: 'Spectral fields',
  winds: 'Winds',
  masks: 'Land-sea masks',
  shape: 'After interpolation',
  output: 'GRIB output',
} as const;

export type OptionGroup = keyof typeof optionGroups;

const option = <T>(
  group: OptionGroup,
  type: ValueType<T>,
  help: string,
  more: Pick<OptionSpec, 'standard' | 'aliases' | 'shown'> = {},
): OptionSpec<T> => ({
  group,
  type,
  help,
  ...more,
});

const selections = word(['file']);
const nablaOperations = ['scalar-gradient', 'scalar-laplacian', 'uv-divergence', 'uv-gradient', 'uv-vorticity'] as const;

export type NablaOperation = (typeof nablaOperations)[number];

type MethodDetails = { readonly [Name in MethodFlagName]: OptionSpec<string | number | boolean> };

function methodDetails(): MethodDetails {
  const specs = Object.entries(methodFlags).map(([name, { help, standard, isFlag }]: [string, MethodFlag]) => [
    name,
    option<string | number | boolean>('details', isFlag === true ? flag : methodValue, help, isFlag === true ? {} : { standard }),
  ]);
  return Object.fromEntries(specs) as MethodDetails;
}

/**
 * The options by MIR's names. This table is all there is: parsing, checks, help texts and completions come from it. Values of options
 * of interpolation methods are checked by `regrid`, which knows the method.
 */
export const mirOptions = {
  grid: option('target', gridText, 'target grid: name (O320, F64, H32), increments (1/1), or a gridspec', {
    standard: 'that of the input',
  }),
  area: option('target', reals('N/W/S/E', 4), 'part of the grid, degrees'),
  'area-mode': option('target', word(['crop', 'mask']), 'only the points of the area, or all points, those outside it missing', {
    standard: 'crop',
  }),
  rotation: option('target', reals('lat/lon', 2), 'turn the grid: where its south pole goes, degrees'),
  reduced: option('target', whole(1), 'target is the reduced Gaussian grid N<number>'),
  regular: option('target', whole(1), 'target is the regular Gaussian grid F<number>'),
  octahedral: option('target', whole(1), 'target is the octahedral Gaussian grid O<number>'),
  pl: option('target', reals('n/n/...'), 'target is the reduced Gaussian grid with these points in its rows'),

  interpolation: option('method', text('name'), `interpolation method: ${methodWords.join(', ')}; matrix is that of interpolation-matrix`, {
    standard: 'linear',
    aliases: ['method'],
    shown: 'method',
  }),
  'interpolation-matrix': option(
    'method',
    text('file'),
    'weights from a file in place of a method: a matrix of scipy (.npz), or netCDF of CDO or ESMF, between the grid of the input and the target',
  ),
  'intermediate-interpolation': option('method', text('name'), 'method to the grid of --intgrid, from where the other method goes on'),
  'non-linear': option(
    'method',
    text('strategy'),
    `what becomes of a point some of whose sources are missing: ${missingWords.join(', ')}`,
    {
      standard: 'missing-if-heaviest-missing',
      aliases: ['missing'],
      shown: 'missing',
    },
  ),

  'simulated-missing-value': option('method', real(), 'the value that stands for a missing one with simulated-missing-value', {
    standard: '9999',
  }),
  'simulated-missing-value-epsilon': option('method', real(), 'values that differ from it by no more are it', { standard: '0' }),

  ...methodDetails(),

  intgrid: option('spectral', text('grid'), 'Gaussian grid of the transform: automatic, source, none (straight to the target), or a name', {
    standard: 'automatic',
  }),
  truncation: option('spectral', truncationText, 'automatic, none, or the largest wavenumber to keep', {
    standard: 'automatic',
    aliases: ['resol'],
  }),
  'spectral-order': option(
    'spectral',
    word(['linear', 'quadratic', 'cubic', 'quartic']),
    'order that relates truncation and Gaussian grid',
    {
      standard: 'linear',
    },
  ),
  cesaro: option('spectral', flag, 'Cesaro summation: damp large wavenumbers smoothly'),
  'cesaro-k': option(
    'spectral',
    real('a number from 0', (value) => value >= 0),
    'order of the summation',
    { standard: '2' },
  ),
  'cesaro-truncation': option('spectral', whole(1), 'wavenumber from where it damps', { standard: '1' }),
  bandpass: option('spectral', reals('Mmin/Mmax/Nmin/Nmax', 4), 'keep the zonal and total wavenumbers in these ranges'),

  uv: option('winds', flag, 'take u and v as vectors: matched, interpolated and turned together'),
  vod2uv: option('winds', flag, 'make u and v of spectral vorticity and divergence'),
  uv2uv: option('winds', flag, 'u and v are vectors; spectral ones are u cos(lat) and v cos(lat)'),
  'vector-space': option(
    'winds',
    word(['transport', '1d-linear']),
    'how vectors are interpolated: carried along great circles, which is right at the poles, or as two scalars, as MIR does',
    { standard: 'transport' },
  ),
  'u-only': option('winds', flag, 'of a pair, write u only'),
  'v-only': option('winds', flag, 'of a pair, write v only'),

  lsm: option('masks', flag, 'interpolate with land-sea masks: points of the other kind weigh less'),
  'lsm-weight-adjustment': option(
    'masks',
    real('a number from 0 to 1', (value) => value >= 0 && value <= 1),
    'factor for points of the other kind',
    {
      standard: '0.2',
    },
  ),
  'lsm-selection': option('masks', selections, 'where the masks come from: file'),
  'lsm-selection-input': option('masks', selections, 'that of the input'),
  'lsm-selection-output': option('masks', selections, 'that of the output'),
  'lsm-file': option('masks', text('file'), 'GRIB file with a land-sea mask, for input and output'),
  'lsm-file-input': option('masks', text('file'), 'that of the input'),
  'lsm-file-output': option('masks', text('file'), 'that of the output'),
  'lsm-interpolation': option('masks', text('name'), 'method that brings a mask to the grid it is needed on', {
    standard: 'nearest-neighbour',
  }),
  'lsm-interpolation-input': option('masks', text('name'), 'that of the input'),
  'lsm-interpolation-output': option('masks', text('name'), 'that of the output'),
  'lsm-value-threshold': option('masks', real(), 'from this value on a point of the file is land', { standard: '0.5' }),
  'lsm-value-threshold-input': option('masks', real(), 'that of the input'),
  'lsm-value-threshold-output': option('masks', real(), 'that of the output'),
  'mask-input-lsm-value': option('masks', whole(0, 1), 'make input points missing that are sea (0) or land (1)'),
  'mask-output-lsm-value': option('masks', whole(0, 1), 'make output points missing that are sea (0) or land (1)'),

  nabla: option('shape', chain(word(nablaOperations)), 'derivatives on the target grid'),
  'nabla-poles-missing-values': option('shape', flag, 'derivatives at the poles are missing'),
  bitmap: option('shape', text('file'), 'make points missing that the file leaves out'),
  frame: option('shape', whole(1), 'keep this many rows and columns at the edge, make the rest missing'),
  limiter: option('shape', flag, 'bound the values'),
  'limiter-minimum': option('shape', real(), 'lower bound', { standard: '-1e30' }),
  'limiter-maximum': option('shape', real(), 'upper bound', { standard: '1e30' }),

  packing: option(
    'output',
    word(['keep', 'simple', 'ccsds', 'complex'], { av: 'keep', 'archived-value': 'keep', co: 'complex' }),
    'packing of the output; complex is for spectral fields',
    {
      standard: 'keep',
    },
  ),
  accuracy: option('output', whole(1, 32), 'bits per value, 1 to 32', { standard: 'those of each message' }),
  style: option('output', word(['ecmwf'], { dissemination: 'ecmwf' }), 'how options become steps', { standard: 'ecmwf' }),
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type MirOptionName = keyof typeof mirOptions;

type TypeOf<Spec> = Spec extends OptionSpec<infer T> ? T : never;

/** Options by MIR's names, checked. */
export type MirOptions = { readonly [Name in MirOptionName]?: TypeOf<(typeof mirOptions)[Name]> };

/** Options of MIR that this program has no use for: what to do instead. */
const elsewhere: Readonly<Record<string, string>> = {
  caching: 'weights are always cached; DTE_CACHE says where, DTE_CACHE_MIB how much',
  executor: '--threads says how many threads work',
  'matrix-loader': 'weights are read from the cache as they are needed',
  'legendre-loader': 'polynomials are made as they are needed',
  'parallel-omp-num-threads': '--threads says how many threads work',
  plan: 'give options',
  'plan-script': 'give options',
  dryrun: '--plan prints the steps',
  gridname: 'use grid',
  resolution: 'use truncation',
  griddef: 'use a gridspec of type unstructured',
  latitudes: 'use a gridspec of type unstructured',
  longitudes: 'use a gridspec of type unstructured',
  'lsm-named': 'masks with a name are files of another program; use lsm-file',
};

/** Names of MIR's options that are not implemented. */
const notImplemented: ReadonlySet<string> = new Set(
  (
    'add-random atlas-trans-flt atlas-trans-type basic-angle checkerboard counter-lower-limit counter-upper-limit delete-local-definition ' +
    'dense-backend distribution dump-statistics-file dump-weights-info edition filter finite-element-validate-mesh format globalise ' +
    'globalise-gridname globalise-missing-radius grib-edition-conversion grib-packing-always-set grib-packing-gridded grib-packing-spectral ' +
    'grib-use-metkit-encoder input-statistics interpolation-global-input interpolation-global-output ' +
    'interpolation-matrix-free metadata mode-boolean-min mode-disambiguate-max mode-real-min mode-real-values only output-statistics pattern ' +
    'point-search-trees pole-displacement-in-degree pre-globalise precision prune-epsilon reset-missing-values same sparse-backend ' +
    'statistics unstructured'
  ).split(' '),
);

const aliasOf: ReadonlyMap<string, MirOptionName> = new Map(
  Object.entries(mirOptions).flatMap(([name, { aliases = [] }]: [string, OptionSpec]) =>
    aliases.map((alias) => [alias, name as MirOptionName] as const),
  ),
);

/** The name in the table that a name or another spelling of it stands for. `input.option`, with the nearest, when there is none. */
export function mirOptionName(name: string): MirOptionName {
  if (Object.hasOwn(mirOptions, name)) return name as MirOptionName;
  const known = aliasOf.get(name);
  if (known !== undefined) return known;
  const reason = `'${name}' is not an option of a regridding`;
  const where = { option: name };
  const instead = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined;
  if (instead !== undefined) throw new DteError('input.option', reason, { where, hint: instead });
  if (notImplemented.has(name) || /^(formula\.|mesh-)/.test(name)) {
    throw new DteError('input.option', reason, { where, hint: 'MIR has it; it is not implemented here' });
  }
  const near = nearestWord(name, [...Object.keys(mirOptions), ...aliasOf.keys()]);
  throw new DteError('input.option', reason, {
    where,
    hint: near === undefined ? `options are ${Object.keys(mirOptions).join(', ')}` : `did you mean '${near}'?`,
  });
}

/**
 * Options from names and values: text as on a command line, or values of the right type. Undefined values are as if not given.
 * Errors: `input.option` for an unknown name (with the nearest), for a name and an alias of it given together, and for a value
 * that is not accepted; `input.option` too for options that contradict each other.
 */
export function parseMirOptions(given: Readonly<Record<string, unknown>>): MirOptions {
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const known = mirOptionName(name);
    if (Object.hasOwn(parsed, known)) {
      throw new DteError('input.option', `${known} is given twice, once as ${name}`, { where: { option: name }, hint: 'give it once' });
    }
    parsed[known] = (mirOptions[known] as OptionSpec).type.parse(value, name);
  }
  checkTogether(parsed as MirOptions);
  return parsed as MirOptions;
}

/** Groups of options of which one excludes the others. */
const exclusive: readonly (readonly MirOptionName[])[] = [
  ['grid', 'reduced', 'regular', 'octahedral', 'pl'],
  ['vod2uv', 'uv2uv'],
  ['vod2uv', 'uv'],
  ['u-only', 'v-only'],
];

/** Options that do nothing without another, and that other. */
const dependent: readonly (readonly [MirOptionName, readonly MirOptionName[]])[] = [
  ['u-only', ['vod2uv', 'uv2uv', 'uv']],
  ['v-only', ['vod2uv', 'uv2uv', 'uv']],
  ['area-mode', ['area']],
  ['cesaro-k', ['cesaro']],
  ['cesaro-truncation', ['cesaro']],
  ['limiter-minimum', ['limiter']],
  ['limiter-maximum', ['limiter']],
  ['nabla-poles-missing-values', ['nabla']],
  ['intermediate-interpolation', ['intgrid']],
];

function checkTogether(options: MirOptions): void {
  const isOn = (name: MirOptionName): boolean => options[name] !== undefined && options[name] !== false;
  for (const names of exclusive) {
    const [first, second] = names.filter(isOn);
    if (second === undefined) continue;
    throw new DteError('input.option', `${first} and ${second} together`, {
      where: { option: second },
      hint: `one of ${names.join(', ')}`,
    });
  }
  for (const [name, needed] of dependent) {
    if (!isOn(name) || needed.some(isOn)) continue;
    throw new DteError('input.option', `${name} without ${needed.join(' or ')}`, {
      where: { option: name },
      hint: `it goes with ${needed.join(' or ')}`,
    });
  }
  checkMatrix(options);
  const { 'limiter-minimum': least = -Infinity, 'limiter-maximum': most = Infinity } = options;
  if (least > most) {
    throw new DteError('input.option', `limiter-minimum ${least} is above limiter-maximum ${most}`, {
      where: { option: 'limiter-minimum' },
    });
  }
}

/** The matrix of a file is in place of a method: one of the two. */
function checkMatrix({ interpolation, 'interpolation-matrix': file }: MirOptions): void {
  if (file === undefined ? interpolation !== 'matrix' : (interpolation ?? 'matrix') === 'matrix') return;
  throw new DteError(
    'input.option',
    file === undefined
      ? 'interpolation matrix without interpolation-matrix'
      : `interpolation-matrix with the interpolation ${interpolation}`,
    {
      where: { option: 'interpolation-matrix' },
      hint: 'interpolation-matrix names the file; the interpolation is matrix then, given or not',
    },
  );
}
