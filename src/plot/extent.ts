import type { Area, Coordinates, Grid } from '../atlas/index.js';

/** The bounding box of a grid's points; made from the coordinates where the grid does not state it, which throws `unsupported.grid` if there are none. */
export function gridExtent(grid: Grid): Area {
  return grid.area ?? pointsExtent(grid.coordinates());
}

/** The box to zoom to; undefined for a grid around the globe that leaves out less than 15 degrees at either pole. */
export function regionOf(grid: Grid, extent: Area): Area | undefined {
  const around = grid.rows?.periodic ?? extent.east - extent.west > 300;
  if (!around) return widened(extent);
  return extent.north > 75 && extent.south < -75 ? undefined : { ...extent, west: -180, east: 180 };
}

/** A single row, column or point still needs some map around it. */
function widened({ north, west, south, east }: Area): Area {
  const [tall, wide] = [north - south > 0.01, east - west > 0.01];
  return {
    north: tall ? north : Math.min(90, north + 1),
    south: tall ? south : Math.max(-90, south - 1),
    west: wide ? west : west - 1,
    east: wide ? east : east + 1,
  };
}

// Longitudes are told apart by tenths of a degree: enough to frame a picture.
const slots = 3600;

/** The box around points; in longitude it is what the widest gap between points leaves over. */
function pointsExtent({ lat, lon }: Coordinates): Area {
  let north = -90;
  let south = 90;
  const taken = new Uint8Array(slots);
  for (let point = 0; point < lat.length; point++) {
    north = Math.max(north, lat[point]);
    south = Math.min(south, lat[point]);
    taken[Math.floor((lon[point] / 360 - Math.floor(lon[point] / 360)) * slots) % slots] = 1;
  }
  const { start, length } = widestGap(taken);
  if (length === 0) return { north, south, west: -180, east: 180 };
  const west = ((start + length) * 360) / slots;
  const turned = west >= 180 ? west - 360 : west;
  return { north, south, west: turned, east: turned + ((slots - length) * 360) / slots };
}

function widestGap(taken: Uint8Array): { start: number; length: number } {
  let widest = { start: 0, length: 0 };
  let length = 0;
  // Twice round, for a gap that holds the first slot.
  for (let slot = 0; slot < 2 * slots; slot++) {
    length = taken[slot % slots] === 0 ? length + 1 : 0;
    if (length > widest.length) widest = { start: slot - length + 1, length };
  }
  return { start: widest.start % slots, length: Math.min(widest.length, slots - 1) };
}
