import type { RowLayout } from '../layout.js';

const radiansPerDegree = Math.PI / 180;

/**
 * The triangles between the rows of a structured grid (atlas' structured mesh generator, triangulated, closed on the sphere).
 * They are not stored: the band between two rows is a zig-zag of triangles, described by its rungs. Rung t joins point
 * `north[t]` of the upper row to point `t - north[t]` of the lower row; triangle t lies between rungs t and t + 1 and leans on
 * the row whose point moves.
 */
export interface RowMesh {
  /** Rows of the mesh: the grid's, and a row of one point without a value on each pole that ends in a fan. */
  readonly size: number;
  /** Rows between equator and pole are counted from the north; index of the grid's first row in the mesh. */
  readonly offset: number;
  readonly lats: Float64Array;
  readonly sine: Float64Array;
  readonly cosine: Float64Array;
  /** Points of a row that the mesh uses: 1 on a pole. */
  readonly counts: Int32Array;
  /** Point i of a row lies at lonFirst + spread i / parts degrees: one rounding, so equal fractions of a circle are equal numbers. */
  readonly lonFirst: Float64Array;
  readonly spread: Float64Array;
  readonly parts: Float64Array;
  /** Index of the row's first point in the grid; -1 for a point without a value. */
  readonly pointStart: Float64Array;
  readonly periodic: boolean;
  /** Upper point of every rung of the band between rows `band` and `band + 1`. `[triangles + 1]` */
  rungs(band: number): Int32Array;
}

/** Bands kept, counted in rungs (64 MB): all of O1280, so targets in any order do not make bands twice. */
const keptRungs = 16_000_000;

export function rowMesh(layout: RowLayout): RowMesh {
  const rows = layout.lats.length;
  const offset = layout.north === 'fan' ? 1 : 0;
  const size = offset + rows + (layout.south === 'fan' ? 1 : 0);
  const array = (): Float64Array => new Float64Array(size);
  const counts = new Int32Array(size).fill(1);
  const lats = array();
  const sine = array();
  const cosine = array();
  const lonFirst = array();
  const spread = array();
  const parts = array().fill(1);
  const pointStart = array().fill(-1);
  lats[0] = 90;
  sine[0] = 1;
  lats[size - 1] = -90;
  sine[size - 1] = -1;
  for (let row = 0; row < rows; row++) {
    const at = row + offset;
    const onPole = (row === 0 && layout.north === 'row') || (row === rows - 1 && layout.south === 'row');
    lats[at] = onPole ? Math.sign(layout.lats[row]) * 90 : layout.lats[row];
    sine[at] = onPole ? Math.sign(lats[at]) : Math.sin(lats[at] * radiansPerDegree);
    cosine[at] = onPole ? 0 : Math.cos(lats[at] * radiansPerDegree);
    counts[at] = onPole ? 1 : layout.counts[row];
    lonFirst[at] = layout.lonFirst[row];
    spread[at] = layout.periodic ? 360 : layout.lonStep[row];
    parts[at] = layout.periodic ? layout.counts[row] : 1;
    pointStart[at] = layout.pointStart[row];
  }
  const bands: (Int32Array | undefined)[] = new Array(size - 1).fill(undefined);
  let kept = 0;
  const mesh: RowMesh = {
    size,
    offset,
    lats,
    sine,
    cosine,
    counts,
    lonFirst,
    spread,
    parts,
    pointStart,
    periodic: layout.periodic,
    rungs(band) {
      const known = bands[band];
      if (known !== undefined) return known;
      if (kept > keptRungs) {
        bands.fill(undefined);
        kept = 0;
      }
      const made = zigzag(mesh, band);
      bands[band] = made;
      kept += made.length;
      return made;
    },
  };
  return mesh;
}

/**
 * Two pointers walk east. The next triangle takes the shorter of the two diagonals, measured in longitude; where both rows are
 * aligned the diagonals are equal up to rounding and exact ties alternate. The comparisons are made on f64 radians like
 * upstream's, because rounding decides them.
 */
function zigzag(mesh: RowMesh, band: number): Int32Array {
  const { counts, lonFirst, spread, parts, periodic, offset } = mesh;
  const lower = band + 1;
  const lastNorth = counts[band] === 1 ? 0 : counts[band] - (periodic ? 0 : 1);
  const lastSouth = counts[lower] === 1 ? 0 : counts[lower] - (periodic ? 0 : 1);
  const rungs = new Int32Array(lastNorth + lastSouth + 1);
  if (lastNorth === 0 || lastSouth === 0) {
    if (lastSouth === 0) for (let rung = 0; rung < rungs.length; rung++) rungs[rung] = rung;
    return rungs;
  }
  const northFirst = lonFirst[band];
  const northSpread = spread[band];
  const northParts = parts[band];
  const southFirst = lonFirst[lower];
  const southSpread = spread[lower];
  const southParts = parts[lower];
  const parity = band - offset;
  let north = 0;
  let south = 0;
  let north1 = northFirst * radiansPerDegree;
  let north2 = (northFirst + northSpread / northParts) * radiansPerDegree;
  let south1 = southFirst * radiansPerDegree;
  let south2 = (southFirst + southSpread / southParts) * radiansPerDegree;
  for (let rung = 1; rung < rungs.length; rung++) {
    let moveSouth = north === lastNorth;
    if (!moveSouth && south < lastSouth) {
      const toSouth = Math.abs(north1 - south2);
      const toNorth = Math.abs(south1 - north2);
      if (north1 === south1 && north2 === south2) moveSouth = toSouth < toNorth || (toSouth === toNorth && ((parity + north) & 1) === 1);
      else moveSouth = toSouth <= toNorth;
    }
    if (moveSouth) {
      south++;
      south1 = south2;
      south2 = (southFirst + (southSpread * (south + 1)) / southParts) * radiansPerDegree;
    } else {
      north++;
      north1 = north2;
      north2 = (northFirst + (northSpread * (north + 1)) / northParts) * radiansPerDegree;
    }
    rungs[rung] = north;
  }
  return rungs;
}
