import { DteError } from '../base/index.js';
import { outlineBox } from './bounding-box.js';
import type { Area, CellPolygons, Grid, GridSpec, GridType, ProjectedFrame } from './grid.js';
import { gridHash } from './grid-hash.js';
import { checkPoints } from './rows.js';
import { planeCells, planePoints } from './cells/plane-cells.js';

const types: Readonly<Record<string, GridType>> = {
  lambert_conformal_conic: 'lambert',
  albers_equal_area: 'albers',
  polar_stereographic: 'polar_stereographic',
  mercator: 'mercator',
  lambert_azimuthal_equal_area: 'lambert_azimuthal_equal_area',
};

/**
 * A regular grid of a projection's plane; `anchor` are the keys of the spec that say where it lies. `input.grid` when it has
 * no points, is turned the wrong way or reaches beyond the map.
 */
export function projectedGrid(frame: ProjectedFrame, anchor: Readonly<Record<string, unknown>>): Grid {
  const { projection, columns, rows, dx, dy } = frame;
  if (!isCount(columns) || !isCount(rows)) {
    throw new DteError('input.grid', `a grid of ${columns} columns and ${rows} rows is not possible`, { hint: '1 or more of each' });
  }
  if (!(dx > 0 && dy < 0 && Number.isFinite(dx * dy))) {
    throw new DteError('input.grid', `grid lengths of ${dx} and ${-dy} m are not possible`, { hint: 'metres, above 0' });
  }
  checkPoints(columns * rows, `a grid of ${columns} columns and ${rows} rows`);
  const area = boundingBox(frame);
  const spec: GridSpec = { type: 'regional', nx: columns, ny: rows, dx, dy: -dy, ...anchor, projection: projection.spec };
  const turns = projection.name !== 'mercator';
  return {
    type: types[projection.name] as GridType,
    points: columns * rows,
    spec,
    hash: gridHash(spec),
    area,
    projected: frame,
    coordinates: () => planePoints(frame, 0, columns, rows),
    cells: (): CellPolygons => planeCells(frame),
    ...(turns ? { northAngle: () => northAngles(frame) } : {}),
  };
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function northAngles(frame: ProjectedFrame): Float64Array {
  const { projection, columns, rows } = frame;
  const { lat, lon } = planePoints(frame, 0, columns, rows);
  return Float64Array.from(lat, (_, point) => projection.northAngle(lat[point], lon[point]));
}

function boundingBox(frame: ProjectedFrame): Area {
  const { projection, columns, rows, x, y, dx, dy } = frame;
  const lat: number[] = [];
  const lon: number[] = [];
  const visit = (column: number, row: number) => {
    const place = projection.inverse(x + column * dx, y + row * dy);
    if (!Number.isFinite(place[0]) || !Number.isFinite(place[1])) {
      throw new DteError('input.grid', `point ${column + 1} of row ${row + 1} lies off the map of ${projection.name}`, {
        hint: 'check the numbers of points, their distances and where the first lies',
      });
    }
    lat.push(place[0]);
    lon.push(place[1]);
  };
  for (let column = 0; column < columns; column++) visit(column, 0);
  for (let row = 0; row < rows; row++) visit(columns - 1, row);
  for (let column = columns - 1; column >= 0; column--) visit(column, rows - 1);
  for (let row = rows - 1; row >= 0; row--) visit(0, row);
  const holds = (pole: 90 | -90): boolean => {
    const place = projection.forward(pole, lon[0] as number);
    const [column, row] = [(place[0] - x) / dx, (place[1] - y) / dy];
    return column >= 0 && column <= columns - 1 && row >= 0 && row <= rows - 1;
  };
  return outlineBox({ lat: Float64Array.from(lat), lon: Float64Array.from(lon) }, holds(90), holds(-90));
}
