import type { DeviceArray } from '../../compute/index.js';
import type { Tile } from '../field.js';
import type { Grid } from '../grid.js';

export type SpaceKind = 'NodeColumns' | 'CellColumns' | 'StructuredColumns' | 'PointCloud' | 'Spectral';

/** What one part of a space holds: first the items that it owns, then its halo, which repeats items that it or others own. */
export interface SpacePart {
  readonly owned: number;
  readonly size: number;
  /** The item of the whole space in each place. `[size]` */
  readonly item: Uint32Array;
  /** 1 where the components of a vector change their sign: a place beyond a pole. Absent: nowhere. `[size]` */
  readonly turned?: Uint8Array;
}

/** Items (points, cells, coefficients) that carry values in columns of levels, in one part or several. Plain data. */
export interface FunctionSpace {
  readonly kind: SpaceKind;
  readonly items: number;
  /** Levels of a column; 0 where any number of layers is welcome. */
  readonly levels: number;
  readonly parts: readonly SpacePart[];
  /** How much each item counts in means: the solid angle of its cell, steradians. Absent: all alike. `[items]` */
  readonly areas?: Float64Array;
  /** The grid whose point i is item i. */
  readonly grid?: Grid;
}

/** Layers on a function space, on the device: for each part its tiles, values `[size, lanes]`. The layers of a tile are the same in all parts. */
export interface SpaceField<Layer = unknown> {
  readonly space: FunctionSpace;
  readonly layers: readonly Layer[];
  /** `[parts]`; no tiles for a part that another engine holds. */
  readonly parts: readonly (readonly Tile[])[];
  /** False when it is certain that no value is missing. */
  readonly mayBeMissing: boolean;
}

/** What a part sends to another one for its halo: one array for each tile, `[places, lanes]`. Travels between engines by read and upload. */
export interface HaloMessage {
  readonly source: number;
  readonly destination: number;
  readonly tiles: readonly DeviceArray<'f32'>[];
}

/** Gives a field's memory back. */
export function releaseSpaceField(field: SpaceField): void {
  for (const tiles of field.parts) for (const tile of tiles) tile.values.release();
}
