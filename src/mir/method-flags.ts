// Options of interpolation methods as they are called beside all others. The table of `regrid` checks their values; it is not loaded
// here, since the command line declares these names at every start. A test holds the two against each other.

/** The methods. */
export const methodWords = [
  'linear',
  'bilinear',
  'nearest-neighbour',
  'k-nearest',
  'structured-bilinear',
  'structured-bicubic',
  'structured-biquasicubic',
  'grid-box-average',
  'conservative',
  'conservative-2',
  'k-nearest-statistics',
  'grid-box-statistics',
  'voronoi-statistics',
  'binning',
] as const;

/** What becomes of a point some of whose sources are missing. */
export const missingWords = [
  'no',
  'missing-if-all-missing',
  'missing-if-any-missing',
  'missing-if-heaviest-missing',
  'heaviest',
  'simulated-missing-value',
] as const;

/** Name of the option -> its words, default, and the name that the method has for it where that is another. */
export interface MethodFlag {
  readonly help: string;
  readonly standard: string;
  readonly isFlag?: true;
  readonly own?: string;
}

export const methodFlags = {
  outside: {
    help: 'what becomes of a target point that the source grid does not hold: no value, an error, or the nearest source point (missing-value, failure, nearest)',
    standard: 'missing-value',
  },
  nclosest: { help: 'number of source points', standard: '4' },
  'nearest-method': {
    help: 'how source points are picked (nclosest, distance, distance-and-nclosest, distance-or-nclosest, sample and others)',
    standard: 'nclosest',
  },
  distance: { help: 'radius of the picks and weightings that have one, m', standard: '1' },
  'distance-tolerance': { help: 'distances that differ by less are equal, m', standard: '1' },
  'distance-weighting': {
    help: 'weight of a source point by its distance (inverse-distance-weighting, shepard, gaussian, cressman, no and others)',
    standard: 'inverse-distance-weighting-squared',
  },
  'distance-weighting-shepard-power': { help: 'power p of 1 / d^p', standard: '2' },
  'distance-weighting-gaussian-stddev': { help: 'standard deviation, m', standard: '1' },
  'cressman-model-extension-power': { help: 'power p of ((r^2 - d^2) / (r^2 + d^2))^p', standard: '1' },
  'cressman-as-upstream': { help: 'keep the sign error of MIR: with an odd power no point has a value', standard: 'false', isFlag: true },
  'climate-filter-delta': { help: 'half width of the edge around distance / 2, m', standard: '1000' },
  'healpix-half-box': { help: 'as upstream: boxes of shifted HEALPix rows lie half a box too far east', standard: 'false', isFlag: true },
  normalise: {
    help: 'divide by the part of the target cell that source cells cover, so that rows sum to 1; else by the whole cell (true, false)',
    standard: 'true',
  },
  'least-covered': { help: 'share of a target cell that source cells must cover for it to have a value', standard: '0' },
  'interpolation-statistics': {
    help: 'what is made of the source points of a target point (maximum, minimum, mean, sum, count and others)',
    standard: 'maximum',
  },
  'interpolation-of': {
    help: 'the method from the target to the source that is transposed (linear, bilinear, nearest-neighbour)',
    standard: 'linear',
    own: 'of',
  },
} as const satisfies Readonly<Record<string, MethodFlag>>;

export type MethodFlagName = keyof typeof methodFlags;
