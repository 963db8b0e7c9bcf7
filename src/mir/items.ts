import type { Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { find, get, gridOf, type Message } from '../grib/index.js';
import type { MirOptions } from './options.js';
import { hasOwnAxes, type PlanInput } from './step.js';

/** What a plan is applied to: a message by itself, or the two of a pair, in the order that the plan takes them. */
export interface Item extends PlanInput {
  readonly messages: readonly Message[];
}

/** Which messages are taken in pairs. */
export interface Pairing {
  /** Eastward and northward components of a vector. */
  readonly vectors: boolean;
  /** Vorticity and divergence. */
  readonly vorticity: boolean;
}

/** The pairs that the options of any target ask for. */
export function pairingOf(targets: readonly MirOptions[]): Pairing {
  return {
    vectors: targets.some(
      ({ uv, uv2uv, nabla = [] }) => uv === true || uv2uv === true || nabla.some((operation) => operation.startsWith('uv-')),
    ),
    vorticity: targets.some(({ vod2uv }) => vod2uv === true),
  };
}

/** paramIds of vorticity and divergence, and of the wind that is made of them. */
export const vorticityParams = [138, 155] as const;
export const windParams = [131, 132] as const;

/** paramIds of eastward and northward components: wind on levels and at heights, stresses, currents, drift. */
const vectorParams: readonly (readonly [number, number])[] = [
  windParams,
  [165, 166],
  [228246, 228247],
  [228239, 228240],
  [140215, 140216],
  [180, 181],
  [229, 230],
  [195, 196],
  [151131, 151132],
  [262506, 262505],
  [235131, 235132],
];

interface Role {
  readonly kind: 'uv' | 'vod';
  /** 0 for what a plan takes first. */
  readonly place: 0 | 1;
  readonly params: readonly [number, number];
}

function rolesOf({ vectors, vorticity }: Pairing): ReadonlyMap<number, Role> {
  const roles = new Map<number, Role>();
  const add = (kind: Role['kind'], params: readonly [number, number]): void => {
    roles.set(params[0], { kind, place: 0, params });
    roles.set(params[1], { kind, place: 1, params });
  };
  if (vectors) for (const params of vectorParams) add('uv', params);
  if (vorticity) add('vod', vorticityParams);
  return roles;
}

export interface ItemsOptions {
  /** Octets of messages read so far. */
  readonly progress?: (bytes: number) => void;
  /** Called for a message that is left out: its grid is damaged, or the other of its pair never came. Without it that is thrown. */
  readonly onDamage?: (error: DteError) => void;
  /** Octets of messages that wait for the other of their pair. Default 1 GiB. */
  readonly mostHeldBytes?: number;
}

/** A message by itself. Spectral wind is a component times the cosine of latitude, as MIR has it. */
export function singleItem(message: Message, grid: Grid): Item {
  const isWind = grid.type === 'sh' && (windParams as readonly unknown[]).includes(find(message, 'paramId'));
  const axes = axesOf(message, grid);
  const isComponent = axes === 'grid' && vectorParams.some((params) => (params as readonly unknown[]).includes(find(message, 'paramId')));
  return { kind: isWind ? 'wind' : 'scalar', ...(isComponent ? { axes } : {}), grid, messages: [message] };
}

interface Waiting {
  readonly role: Role;
  readonly message: Message;
}

/**
 * The messages as items, in order; a pair takes the place of that of its messages which comes last. Two messages are a pair when all
 * that tells fields apart is equal but the parameter: time, step, level, member, type, grid. Spectral wind by itself is of kind
 * `wind`. Errors: `absent.field` for messages whose other half never comes, `limit.memory` when too much waits for it.
 */
export async function* itemsOf(messages: AsyncIterable<Message>, pairing: Pairing, options: ItemsOptions = {}): AsyncGenerator<Item> {
  const { onDamage, mostHeldBytes = 2 ** 30 } = options;
  const roles = rolesOf(pairing);
  const waiting = new Map<string, Waiting[]>();
  let heldBytes = 0;
  for await (const message of messages) {
    const grid = tryGrid(message, onDamage);
    if (grid === undefined) continue;
    const param = Number(find(message, 'paramId') ?? 0);
    const role = roles.get(param);
    if (role === undefined) {
      yield singleItem(message, grid);
      continue;
    }
    const key = `${role.params.join()} ${identityOf(message)} ${grid.hash}`;
    const queue = waiting.get(key) ?? [];
    const other = queue[0];
    if (other === undefined || other.role.place === role.place) {
      queue.push({ role, message });
      waiting.set(key, queue);
      heldBytes += message.bytes.length;
      if (heldBytes > mostHeldBytes) throw tooMuch(message, heldBytes, mostHeldBytes);
      continue;
    }
    queue.shift();
    if (queue.length === 0) waiting.delete(key);
    heldBytes -= other.message.bytes.length;
    yield {
      kind: role.kind,
      axes: axesOf(message, grid),
      grid,
      messages: role.place === 1 ? [other.message, message] : [message, other.message],
    };
  }
  for (const one of [...waiting.values()].flat()) refuse(alone(one), onDamage);
}

/** What the components of vectors in a message are measured along. */
function axesOf(message: Message, grid: Grid): 'earth' | 'grid' {
  return hasOwnAxes(grid) && find(message, 'uvRelativeToGrid') === 1 ? 'grid' : 'earth';
}

/** What tells fields apart besides their parameter and grid. */
const identityKeys = [
  'edition',
  'centre',
  'expver',
  'class',
  'type',
  'stream',
  'dataDate',
  'dataTime',
  'stepRange',
  'typeOfLevel',
  'level',
  'number',
  'scanningMode',
  'uvRelativeToGrid',
] as const;

function identityOf(message: Message): string {
  return identityKeys.map((key) => String(find(message, key))).join(' ');
}

function alone({ role, message }: Waiting): DteError {
  const [own, other] = role.place === 0 ? role.params : ([role.params[1], role.params[0]] as const);
  const name = String(get(message, 'shortName'));
  return new DteError('absent.field', `no field of parameter ${other} goes with this one of parameter ${own} (${name})`, {
    where: message.where,
    hint: 'the two of a pair agree in time, step, level, member, type and grid',
  });
}

function tooMuch(message: Message, bytes: number, most: number): DteError {
  return new DteError('limit.memory', `${bytes} octets of fields wait for the other of their pair`, {
    where: message.where,
    hint: `at most ${most} do; write the two of each pair closer together`,
  });
}

function tryGrid(message: Message, onDamage: ItemsOptions['onDamage']): Grid | undefined {
  try {
    return gridOf(message);
  } catch (error) {
    refuse(error as DteError, onDamage);
    return undefined;
  }
}

function refuse(error: DteError, onDamage: ItemsOptions['onDamage']): void {
  if (onDamage === undefined) throw error;
  onDamage(error);
}
