/** Degrees; north >= south, and east - west in [0, 360]. The bounding box of a grid runs from its first to its last point. */
export interface Area {
  readonly north: number;
  readonly west: number;
  readonly south: number;
  readonly east: number;
}

/**
 * Row-structured points: row r holds `counts[r]` points at `lats[r]`, the i-th at longitude `lonFirst[r] + i * lonStep[r]`.
 * `rowLongitudes` gives these longitudes correctly rounded (360 i / n and not a sum of rounded steps), which matters where
 * points of neighbouring rows are compared.
 */
export interface Rows {
  /** Degrees, north to south. `[rows]` */
  readonly lats: Float64Array;
  /** Points in each row. `[rows]` */
  readonly counts: Int32Array;
  /** Degrees east of the westernmost point of each row. `[rows]` */
  readonly lonFirst: Float64Array;
  /** Degrees between points of a row. `[rows]` */
  readonly lonStep: Float64Array;
  /** True when every row closes around the globe (its step times its count is 360 degrees). */
  readonly periodic: boolean;
}

export type GridType = 'regular_ll' | 'regular_gg' | 'reduced_gg' | 'rotated_ll' | 'sh' | 'unstructured' | 'unknown';

/** The canonical, JSON-able description of a grid: two equal grids have equal specs, and `gridFromSpec` reads it back. */
export interface GridSpec {
  /** A name (`O640`), increments `[dlon, dlat]`, or absent when `pl` or `type` says it. */
  readonly grid?: string | readonly [number, number];
  /** North, west, south, east. Absent for a global grid. */
  readonly area?: readonly [number, number, number, number];
  /** Points on the whole circle of each latitude, north to south. */
  readonly pl?: readonly number[];
  readonly [key: string]: unknown;
}

/** A rotated grid: where its south pole lies on the globe, and its rows in the rotated frame. */
export interface RotatedFrame {
  readonly southPoleLat: number;
  readonly southPoleLon: number;
  readonly rows: Rows;
}

/** Latitude and longitude of every point in canonical order, degrees, `[points]` each. */
export interface Coordinates {
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/**
 * Points on the sphere and their order: plain, immutable, hashable. The canonical order is north to south, each row west to
 * east (GRIB scanning mode 0); a message in another order is brought to it by `scanOrder`. The first longitude of a grid is
 * in [-180, 180), and longitudes grow from there without a jump.
 */
export interface Grid {
  readonly type: GridType;
  /** Canonical name (`O640`, `F320`, `N320`, `L1440x721`) when the whole grid has one. */
  readonly name?: string;
  readonly points: number;
  readonly spec: GridSpec;
  /** 32 hexadecimal digits over the canonical definition; the same on every machine and in every release. */
  readonly hash: string;
  /** Bounding box of the points; undefined where there are no coordinates (spectral, unknown). */
  readonly area?: Area;
  /** Undefined for a grid without rows along true latitudes (a rotated grid has its rows in `rotated`). */
  readonly rows?: Rows;
  readonly rotated?: RotatedFrame;
  /** Number of Gaussian latitudes between pole and equator, for Gaussian grids. */
  readonly gaussianNumber?: number;
  /** Triangular truncation J, for spectral coefficients: `points` is then (J + 1)(J + 2) real numbers. */
  readonly truncation?: number;
  /**
   * Latitude and longitude of every point in canonical order, longitudes as the rows state them. New arrays on every call.
   * `unsupported.grid` where there are no coordinates.
   */
  coordinates(): Coordinates;
}
