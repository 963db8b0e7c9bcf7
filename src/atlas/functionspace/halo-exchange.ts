import { assert, DteError } from '../../base/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import type { Tile } from '../field.js';
import { addPoints } from './add-points.js';
import { type HaloRoute, haloRoutes } from './halo-routes.js';
import { movePoints } from './move-points.js';
import type { FunctionSpace, HaloMessage, SpaceField } from './space.js';

export interface ExchangeOptions {
  /** The field is a component of vectors, which change their sign across a pole. Default false. */
  readonly vector?: boolean;
}

/** A route whose source or destination is held here. */
export interface RouteArrays {
  readonly route: HaloRoute;
  readonly isSourceHere: boolean;
  readonly isDestinationHere: boolean;
  readonly sourcePlace: DeviceArray<'u32'>;
  readonly haloPlace: DeviceArray<'u32'>;
  readonly backPlace: DeviceArray<'u32'>;
  readonly backStart: DeviceArray<'u32'>;
  readonly backEntry: DeviceArray<'u32'>;
  /** All of them, for release. */
  readonly arrays: readonly DeviceArray[];
  /** 0, 1, 2, ... for at least as many as any part has places; shared. */
  readonly numbers: DeviceArray<'u32'>;
}

export async function uploadRoutes(
  engine: Engine,
  { items, parts }: FunctionSpace,
  held: readonly number[],
  numbers: DeviceArray<'u32'>,
): Promise<readonly RouteArrays[]> {
  const uploaded: RouteArrays[] = [];
  for (const route of haloRoutes(items, parts)) {
    const isSourceHere = held.includes(route.source);
    const isDestinationHere = held.includes(route.destination);
    if (!isSourceHere && !isDestinationHere) continue;
    const { sourcePlace, haloPlace, back } = route;
    const words = [sourcePlace, haloPlace, back.place, back.start, back.entry];
    const arrays = await engine.run((pass) => words.map((data) => pass.upload('u32', data)));
    const [source, halo, backPlace, backStart, backEntry] = arrays as [
      DeviceArray<'u32'>,
      DeviceArray<'u32'>,
      DeviceArray<'u32'>,
      DeviceArray<'u32'>,
      DeviceArray<'u32'>,
    ];
    const own = { sourcePlace: source, haloPlace: halo, backPlace, backStart, backEntry, arrays, numbers };
    uploaded.push({ route, isSourceHere, isDestinationHere, ...own });
  }
  return uploaded;
}

/** Owners' values into the halos of the parts here. A message lies between, because a part may repeat its own items. */
export function exchange(pass: Pass, routes: readonly RouteArrays[], field: SpaceField, vector: boolean): void {
  const local = routes.filter(({ isSourceHere, isDestinationHere }) => isSourceHere && isDestinationHere);
  for (const each of local) put(pass, each, field, message(pass, each, field, vector));
}

export function send(pass: Pass, routes: readonly RouteArrays[], field: SpaceField, vector: boolean): readonly HaloMessage[] {
  const outward = routes.filter(({ isSourceHere, isDestinationHere }) => isSourceHere && !isDestinationHere);
  return outward.map((each) => ({
    source: each.route.source,
    destination: each.route.destination,
    tiles: message(pass, each, field, vector),
  }));
}

/** `input.field` for a message that no part here waits for, or whose size is another one. */
export function receive(pass: Pass, routes: readonly RouteArrays[], field: SpaceField, messages: readonly HaloMessage[]): void {
  for (const { source, destination, tiles } of messages) {
    const each = routes.find(
      ({ route, isDestinationHere }) => isDestinationHere && route.source === source && route.destination === destination,
    );
    const own = field.parts[destination] ?? [];
    const fits =
      each !== undefined &&
      tiles.length === own.length &&
      tiles.every(({ length }, tile) => length === each.route.haloPlace.length * (own[tile] as Tile).lanes);
    if (!fits) {
      throw new DteError(
        'input.field',
        `a message of ${tiles.length} tiles from part ${source} to part ${destination} does not fit the halo here`,
        {
          hint: 'both sides need the same space and the same layers',
        },
      );
    }
    put(pass, each, field, tiles);
  }
}

/** The transpose of `exchange`: halo values are added to those of their owners, in the order of the routes, and become zero. */
export function fold(pass: Pass, routes: readonly RouteArrays[], field: SpaceField, vector: boolean): void {
  const sign = vector ? 1 : 0;
  for (const { route, isSourceHere, isDestinationHere, haloPlace, backPlace, backStart, backEntry, numbers } of routes) {
    if (!isSourceHere || !isDestinationHere) continue;
    const count = route.haloPlace.length;
    for (const [tile, { lanes, values }] of (field.parts[route.destination] ?? []).entries()) {
      const taken = pass.allocate('f32', count * lanes);
      pass.run(movePoints, {
        count,
        lanes,
        vector: 0,
        sourcePoint: haloPlace,
        destinationPoint: numbers,
        source: values,
        destination: taken,
      });
      const zeros = pass.allocate('f32', count * lanes);
      pass.clear(zeros);
      pass.run(movePoints, {
        count,
        lanes,
        vector: 0,
        sourcePoint: numbers,
        destinationPoint: haloPlace,
        source: zeros,
        destination: values,
      });
      const owner = field.parts[route.source][tile].values;
      const lists = { point: backPlace, start: backStart, entry: backEntry };
      pass.run(addPoints, { count: route.back.place.length, lanes, vector: sign, ...lists, source: taken, values: owner });
    }
  }
}

/** The owner's values in the order of the route, signs already turned: one array for each tile. */
function message(
  pass: Pass,
  { route, sourcePlace, numbers }: RouteArrays,
  field: SpaceField,
  vector: boolean,
): readonly DeviceArray<'f32'>[] {
  const count = route.sourcePlace.length;
  return (field.parts[route.source] ?? []).map(({ lanes, values }) => {
    const taken = pass.allocate('f32', count * lanes);
    pass.run(movePoints, {
      count,
      lanes,
      vector: vector ? 1 : 0,
      sourcePoint: sourcePlace,
      destinationPoint: numbers,
      source: values,
      destination: taken,
    });
    return taken;
  });
}

function put(pass: Pass, { route, haloPlace, numbers }: RouteArrays, field: SpaceField, tiles: readonly DeviceArray<'f32'>[]): void {
  const own = field.parts[route.destination] ?? [];
  assert(own.length === tiles.length, 'both ends of a route have the same tiles');
  const count = route.haloPlace.length;
  for (const [tile, { lanes, values }] of own.entries()) {
    const source = tiles[tile] as DeviceArray<'f32'>;
    pass.run(movePoints, { count, lanes, vector: 0, sourcePoint: numbers, destinationPoint: haloPlace, source, destination: values });
  }
}
