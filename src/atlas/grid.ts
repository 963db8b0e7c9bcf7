/** Degrees; north >= south, and east - west in (0, 360]. The bounding box of a grid runs from its first to its last point. */
export interface Area {
  readonly north: number;
  readonly west: number;
  readonly south: number;
  readonly east: number;
}

/** Row-structured points: row r holds `counts[r]` points at `lats[r]`, the i-th at longitude `lonFirst[r] + i * lonStep[r]`. */
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

/** The canonical, JSON-able description of a grid: two equal grids have equal specs. */
export interface GridSpec {
  /** A name (`O640`), increments `[dlon, dlat]`, or absent when `pl` or `type` says it. */
  readonly grid?: string | readonly [number, number];
  /** North, west, south, east. Absent for a global grid. */
  readonly area?: readonly [number, number, number, number];
  readonly pl?: readonly number[];
  readonly [key: string]: unknown;
}

/**
 * Points on the sphere and their order: plain, immutable, hashable. The canonical order is north to south, each row west to
 * east (GRIB scanning mode 0); a message in another order is brought to it by `scanOrder`.
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
  /** Undefined for a grid without row structure. */
  readonly rows?: Rows;
  /** Number of Gaussian latitudes between pole and equator, for Gaussian grids. */
  readonly gaussianNumber?: number;
  /** Latitude and longitude of every point in canonical order, degrees, `[points]` each; longitudes as the rows state them. */
  coordinates(): { readonly lat: Float64Array; readonly lon: Float64Array };
}
