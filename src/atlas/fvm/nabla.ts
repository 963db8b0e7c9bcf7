import { DteError } from '../../base/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import { earthRadius } from '../projection/earth.js';
import type { FunctionSpace, NodeColumns, SpaceField, SpaceOnDevice, SpacePart } from '../functionspace/index.js';
import { divergenceKernel } from './divergence.js';
import { divergenceQuads } from './divergence-quads.js';
import { gradientKernel } from './gradient.js';
import { gradientQuads } from './gradient-quads.js';
import { fitsLonLat, lonLatStencil } from './lonlat-stencil.js';
import { sphereStencil } from './sphere-stencil.js';
import type { Stencil } from './stencil.js';

export interface NablaOptions {
  /** Metres. Default `earthRadius`. */
  readonly radius?: number;
  /**
   * `lonlat`: in the plane of longitude and latitude with edges across the poles, as atlas has it. `sphere`: in the tangent
   * plane of every node, for any mesh. Default: `lonlat` where the mesh fits that plane.
   */
  readonly geometry?: 'lonlat' | 'sphere';
  /** Keep what `vectorGradient` needs on the device, about twice as much as all other operators. Default false. */
  readonly vectorGradient?: boolean;
}

/** Derivatives of both components of a vector, in the frame of the node. */
export interface VectorGradient<Layer> {
  readonly uEast: SpaceField<Layer>;
  readonly uNorth: SpaceField<Layer>;
  readonly vEast: SpaceField<Layer>;
  readonly vNorth: SpaceField<Layer>;
}

/**
 * Differential operators on the nodes of a mesh. Inputs need a valid halo; results are valid at owned nodes, missing where the
 * node or a neighbour is, and at poles in `lonlat` geometry. Vectors are (u eastward, v northward); per metre.
 */
export interface Nabla {
  readonly geometry: 'lonlat' | 'sphere';
  /** Neighbours of all nodes together. */
  readonly pairs: number;
  gradient<Layer>(pass: Pass, field: SpaceField<Layer>): readonly [east: SpaceField<Layer>, north: SpaceField<Layer>];
  divergence<Layer>(pass: Pass, u: SpaceField<Layer>, v: SpaceField<Layer>): SpaceField<Layer>;
  /** The component along the local vertical. */
  curl<Layer>(pass: Pass, u: SpaceField<Layer>, v: SpaceField<Layer>): SpaceField<Layer>;
  /** Divergence of the gradient, with a halo exchange between. */
  laplacian<Layer>(pass: Pass, field: SpaceField<Layer>): SpaceField<Layer>;
  /** `input.option` unless the option of the same name was given. */
  vectorGradient<Layer>(pass: Pass, u: SpaceField<Layer>, v: SpaceField<Layer>): VectorGradient<Layer>;
  release(): void;
}

type Real = DeviceArray<'f32'>;

/** The operators of one part on the device. */
interface PartArrays {
  readonly nodes: number;
  readonly size: number;
  readonly start: DeviceArray<'u32'>;
  readonly neighbour: DeviceArray<'u32'>;
  readonly gradient: Real;
  readonly divergence: Real;
  readonly own: Real;
  /** Weights of differences and own values in derivatives of a vector, where they were asked for. */
  readonly vector: { readonly east: Weights; readonly north: Weights } | undefined;
}

/** Of `divergenceKernel`. */
interface Weights {
  readonly coefficient: Real;
  readonly own: Real;
}

/**
 * Prepares the operators of a space of mesh nodes. Errors: `unsupported.grid` where the geometry does not fit the mesh,
 * `input.option` where a part's halo lacks neighbours of its nodes.
 */
export async function prepareNabla(engine: Engine, onDevice: SpaceOnDevice, options: NablaOptions = {}): Promise<Nabla> {
  const space = nodeSpace(onDevice.space);
  const radius = options.radius ?? earthRadius;
  if (!(radius > 0 && Number.isFinite(radius)))
    throw new DteError('input.option', `a radius of ${radius} m`, { where: { option: 'radius' } });
  const fits = fitsLonLat(space.mesh, space.items);
  const geometry = options.geometry ?? (fits ? 'lonlat' : 'sphere');
  if (geometry === 'lonlat' && !fits) {
    throw new DteError('unsupported.grid', 'the mesh has a cell around a pole, or nodes that are no points', {
      hint: "geometry 'lonlat' needs a mesh that is open at the poles; use 'sphere'",
    });
  }
  const stencil = geometry === 'lonlat' ? lonLatStencil(space.mesh, space.items, radius) : sphereStencil(space.mesh, space.items, radius);
  const parts: PartArrays[] = [];
  for (const [index] of space.parts.entries()) parts.push(await uploadPart(engine, space, stencil, index, options.vectorGradient ?? false));
  return { ...operators(onDevice, parts, hasGaps(stencil)), geometry, pairs: stencil.neighbour.length };
}

function nodeSpace(space: FunctionSpace): NodeColumns {
  if (space.kind === 'NodeColumns') return space as NodeColumns;
  throw new DteError('input.field', `finite-volume operators on a ${space.kind} space`, { hint: 'accepted are NodeColumns' });
}

function hasGaps({ start, nodes }: Stencil): boolean {
  for (let node = 0; node < nodes; node++) if (start[node] === start[node + 1]) return true;
  return false;
}

function operators(onDevice: SpaceOnDevice, parts: readonly PartArrays[], leavesGaps: boolean): Omit<Nabla, 'geometry' | 'pairs'> {
  const gradient: Nabla['gradient'] = (pass, field) => {
    const gaps = field.mayBeMissing ? 1 : 0;
    const results = mapTiles(parts, [field], ({ nodes, size, start, neighbour, gradient: coefficient }, lanes, [values]) => {
      const [east, north] = [pass.allocate('f32', size * lanes), pass.allocate('f32', size * lanes)];
      const args = { nodes, gaps, start, neighbour, coefficient, values: values as Real, east, north };
      if (lanes % 4 === 0) pass.run(gradientQuads, { ...args, quads: lanes / 4 });
      else pass.run(gradientKernel, { ...args, lanes });
      return [east, north];
    });
    return [likeField(field, results, 0, leavesGaps), likeField(field, results, 1, leavesGaps)];
  };
  const derivative = <Layer>(
    pass: Pass,
    u: SpaceField<Layer>,
    v: SpaceField<Layer>,
    weightsOf: (part: PartArrays) => Weights,
    curl: 0 | 1,
  ): SpaceField<Layer> => {
    checkPair(u, v);
    const gaps = u.mayBeMissing || v.mayBeMissing ? 1 : 0;
    const results = mapTiles(parts, [u, v], (part, lanes, [eastward, northward]) => {
      const { nodes, size, start, neighbour } = part;
      const result = pass.allocate('f32', size * lanes);
      const args = { nodes, curl, gaps, start, neighbour, ...weightsOf(part), u: eastward as Real, v: northward as Real, result };
      if (lanes % 4 === 0) pass.run(divergenceQuads, { ...args, quads: lanes / 4 });
      else pass.run(divergenceKernel, { ...args, lanes });
      return [result];
    });
    return likeField({ ...u, mayBeMissing: gaps === 1 }, results, 0, leavesGaps);
  };
  const checked = <Layer>(field: SpaceField<Layer>): SpaceField<Layer> => {
    if (field.space === onDevice.space) return field;
    throw new DteError('input.field', `the field is on another ${field.space.kind} space (${field.space.items} items)`, {
      hint: `accepted are fields on the space of the operators (${onDevice.space.items} items)`,
    });
  };
  const plain = ({ divergence: coefficient, own }: PartArrays): Weights => ({ coefficient, own });
  const divergence: Nabla['divergence'] = (pass, u, v) => derivative(pass, checked(u), checked(v), plain, 0);
  return {
    gradient: (pass, field) => gradient(pass, checked(field)),
    divergence,
    curl: (pass, u, v) => derivative(pass, checked(u), checked(v), plain, 1),
    laplacian(pass, field) {
      const [east, north] = gradient(pass, checked(field));
      onDevice.exchangeHalo(pass, east, { vector: true });
      onDevice.exchangeHalo(pass, north, { vector: true });
      return divergence(pass, east, north);
    },
    vectorGradient(pass, u, v) {
      parts.forEach(vectorWeights);
      const along = (axis: 'east' | 'north', curl: 0 | 1): typeof u =>
        derivative(pass, checked(u), checked(v), (part) => vectorWeights(part)[axis], curl);
      return { uEast: along('east', 0), uNorth: along('north', 0), vEast: along('east', 1), vNorth: along('north', 1) };
    },
    release: () => parts.forEach(releasePart),
  };
}

function vectorWeights({ vector }: PartArrays): NonNullable<PartArrays['vector']> {
  if (vector !== undefined) return vector;
  throw new DteError('input.option', 'the gradient of a vector was not prepared', {
    hint: 'give prepareNabla the option',
    where: { option: 'vectorGradient' },
  });
}

function checkPair(u: SpaceField, v: SpaceField): void {
  if (u.layers.length === v.layers.length) return;
  throw new DteError('input.field', `${u.layers.length} layers of u and ${v.layers.length} of v`, {
    hint: 'vectors need as many of both, in the same order',
  });
}

/** Results `[parts, tiles, k]` of a function of the tiles of several fields. */
function mapTiles(
  parts: readonly PartArrays[],
  fields: readonly SpaceField[],
  compute: (part: PartArrays, lanes: number, values: readonly Real[]) => readonly Real[],
): readonly (readonly (readonly Real[])[])[] {
  return parts.map((part, index) =>
    ((fields[0] as SpaceField).parts[index] ?? []).map(({ lanes }, tile) =>
      compute(
        part,
        lanes,
        fields.map((field) => field.parts[index][tile].values),
      ),
    ),
  );
}

function likeField<Layer>(
  field: SpaceField<Layer>,
  results: readonly (readonly (readonly Real[])[])[],
  k: number,
  leavesGaps: boolean,
): SpaceField<Layer> {
  const parts = field.parts.map((tiles, part) => tiles.map((tile, index) => ({ ...tile, values: results[part]?.[index]?.[k] as Real })));
  return { ...field, parts, mayBeMissing: field.mayBeMissing || leavesGaps };
}

/** The rows of a part's own nodes, with neighbours as places in the part. */
async function uploadPart(engine: Engine, space: NodeColumns, stencil: Stencil, index: number, withVectors: boolean): Promise<PartArrays> {
  const { owned, size, item } = space.parts[index] as SpacePart;
  const place = new Int32Array(space.items).fill(-1);
  for (let at = size - 1; at >= 0; at--) place[item[at] as number] = at;
  const isWhole = owned === stencil.nodes && item.subarray(0, owned).every((node, row) => node === row);
  const local = isWhole ? stencil : rowsOf(stencil, item.subarray(0, owned));
  const neighbour = local.neighbour.map((node) => {
    if ((place[node] as number) >= 0) return place[node] as number;
    throw new DteError('input.option', `node ${node} is a neighbour of part ${index}, whose halo does not have it`, {
      hint: 'finite-volume operators need a halo of at least 1',
      where: { option: 'halo' },
    });
  });
  const real = (values: Float64Array): Promise<Real> => engine.upload('f32', values);
  return {
    nodes: owned,
    size,
    start: await engine.upload('u32', local.start),
    neighbour: await engine.upload('u32', neighbour),
    gradient: await real(local.gradient),
    divergence: await real(local.divergence),
    own: await real(local.own),
    vector: withVectors ? { east: await uploadAxis(real, local, 0), north: await uploadAxis(real, local, 1) } : undefined,
  };
}

/** Derivatives along one axis of a vector whose neighbours are turned into the node's frame. */
async function uploadAxis(
  real: (values: Float64Array) => Promise<Real>,
  { start, gradient, turn, nodes }: Stencil,
  axis: 0 | 1,
): Promise<Weights> {
  const coefficient = new Float64Array(gradient.length);
  const own = new Float64Array(2 * nodes);
  for (let node = 0; node < nodes; node++) {
    for (let entry = start[node] as number; entry < (start[node + 1] as number); entry++) {
      const weight = gradient[2 * entry + axis] as number;
      const [c, s] = [turn[2 * entry] as number, turn[2 * entry + 1] as number];
      coefficient.set([weight * c, -weight * s], 2 * entry);
      own[2 * node]! += weight * (c - 1);
      own[2 * node + 1]! -= weight * s;
    }
  }
  return { coefficient: await real(coefficient), own: await real(own) };
}

/** The stencils of some nodes only, in their order. */
function rowsOf(stencil: Stencil, wanted: Uint32Array): Stencil {
  const start = new Uint32Array(wanted.length + 1);
  wanted.forEach((node, row) => {
    start[row + 1] = (start[row] as number) + (stencil.start[node + 1] as number) - (stencil.start[node] as number);
  });
  const entries = start[wanted.length] as number;
  const neighbour = new Uint32Array(entries);
  const [gradient, divergence, turn] = [new Float64Array(2 * entries), new Float64Array(2 * entries), new Float64Array(2 * entries)];
  const own = new Float64Array(2 * wanted.length);
  wanted.forEach((node, row) => {
    const [first, last] = [stencil.start[node] as number, stencil.start[node + 1] as number];
    const at = start[row] as number;
    neighbour.set(stencil.neighbour.subarray(first, last), at);
    for (const [target, source] of [
      [gradient, stencil.gradient],
      [divergence, stencil.divergence],
      [turn, stencil.turn],
    ] as const) {
      target.set(source.subarray(2 * first, 2 * last), 2 * at);
    }
    own.set(stencil.own.subarray(2 * node, 2 * node + 2), 2 * row);
  });
  return { nodes: wanted.length, start, neighbour, gradient, divergence, own, turn };
}

function releasePart({ start, neighbour, gradient, divergence, own, vector }: PartArrays): void {
  const vectors = vector === undefined ? [] : Object.values(vector).flatMap((weights) => Object.values(weights));
  for (const array of [start, neighbour, gradient, divergence, own, ...vectors]) array.release();
}
