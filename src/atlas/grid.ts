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

export type GridType =
  | 'regular_ll'
  | 'reduced_ll'
  | 'rotated_ll'
  | 'regular_gg'
  | 'reduced_gg'
  | 'rotated_gg'
  | 'healpix'
  | 'cubedsphere'
  | 'mercator'
  | 'polar_stereographic'
  | 'lambert'
  | 'albers'
  | 'lambert_azimuthal_equal_area'
  | 'space_view'
  | 'orca'
  | 'sh'
  | 'unstructured'
  | 'unknown';

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

/** A map of the sphere (or an ellipsoid) onto a plane, in f64: degrees to metres and back. */
export interface Projection {
  /** Name as in gridspecs: `lambert_conformal_conic`, `mercator`, ... */
  readonly name: string;
  /** Canonical, JSON-able description, as in a gridspec. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Metres `[x, y]` of a position; not finite where the map has none (the far side of a space view, the antipode). */
  forward(lat: number, lon: number): readonly [x: number, y: number];
  /** Degrees `[lat, lon]` of a place of the plane, longitude in [-180, 180); not finite off the map. */
  inverse(x: number, y: number): readonly [lat: number, lon: number];
  /** Direction of the y axis at a position, degrees clockwise from true north. */
  northAngle(lat: number, lon: number): number;
}

/** A regular grid of a plane: the point of column c and row r lies at (x + c dx, y + r dy) metres. */
export interface ProjectedFrame {
  readonly projection: Projection;
  readonly columns: number;
  readonly rows: number;
  /** Metres: the first point. */
  readonly x: number;
  readonly y: number;
  /** Metres between columns, positive. */
  readonly dx: number;
  /** Metres between rows, negative: canonical order runs from the upper edge of the plane downwards. */
  readonly dy: number;
}

export interface HealpixFrame {
  readonly nside: number;
  readonly order: 'ring' | 'nested';
}

/**
 * One polygon around every point, counter-clockwise seen from outside, its edges great circles unless the grid's type says
 * otherwise (cells of rows along parallels have edges along parallels and meridians). The vertices of point p are
 * `start[p]` to `start[p + 1] - 1`; neighbouring cells repeat shared vertices with the same bits.
 */
export interface CellPolygons {
  /** `[points + 1]` */
  readonly start: Uint32Array;
  /** Degrees. `[vertices]` */
  readonly lat: Float64Array;
  readonly lon: Float64Array;
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
  /** For grids that are regular in the plane of a map projection. */
  readonly projected?: ProjectedFrame;
  /** For HEALPix. In ring order the grid has `rows`; in nested order it has none, and `asRows`. */
  readonly healpix?: HealpixFrame;
  /** Number of Gaussian latitudes between pole and equator, for Gaussian grids. */
  readonly gaussianNumber?: number;
  /** Triangular truncation J, for spectral coefficients: `points` is then (J + 1)(J + 2) real numbers. */
  readonly truncation?: number;
  /**
   * Latitude and longitude of every point in canonical order, longitudes as the rows state them. New arrays on every call.
   * `unsupported.grid` where there are no coordinates.
   */
  coordinates(): Coordinates;
  /**
   * Direction of the grid's own j axis (its "north") at every point, degrees clockwise from true north: what wind components
   * relative to the grid are turned by. Absent where the two agree (rows along parallels, point lists). `[points]`
   */
  northAngle?(): Float64Array;
  /** A cell around every point; absent where the grid has no such notion (lists of points, spectral). New arrays on every call. */
  cells?(): CellPolygons;
  /** The same points in an order with rows, and for every point of that its index in this grid. */
  asRows?(): { readonly grid: Grid; readonly index: Uint32Array };
}
