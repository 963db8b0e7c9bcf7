import { DteError } from '../base/index.js';
import type { AreaInput } from './area.js';
import type { Rotation } from './rotated-lat-lon.js';

/** A gridspec that is a map, as it was written: nothing but its keys has been checked. */
export type SpecMap = Readonly<Record<string, unknown>>;

/** Refuses keys that mean nothing beside the others. */
export function allowOnly(map: SpecMap, allowed: readonly string[]): void {
  const extra = Object.keys(map).find((key) => map[key] !== undefined && !allowed.includes(key));
  if (extra === undefined) return;
  throw new DteError('input.grid', `gridspec key '${extra}' does not fit the rest of the gridspec`, {
    hint: `keys that do: ${allowed.join(', ')}`,
  });
}

export function areaOf(value: unknown): AreaInput {
  const list = numbers(value);
  if (list !== undefined) return list;
  throw new DteError('input.area', `area ${JSON.stringify(value)} is not four numbers`, {
    hint: 'an area is north/west/south/east in degrees',
  });
}

export function rotationOf(value: unknown): Rotation {
  const [southPoleLat, southPoleLon] = pair(value, 'rotation', 'latitude/longitude of the south pole, degrees');
  return { southPoleLat, southPoleLon };
}

export function pair(value: unknown, key: string, meaning: string): [number, number] {
  const list = numbers(value);
  if (list?.length === 2) return list as [number, number];
  throw new DteError('input.grid', `${key} ${JSON.stringify(value)} is not two numbers`, { hint: `${key} is ${meaning}` });
}

/** A list of finite numbers, or such a list written with slashes. */
export function numbers(value: unknown): readonly number[] | undefined {
  const parts: readonly unknown[] | undefined = typeof value === 'string' ? value.split('/') : Array.isArray(value) ? value : undefined;
  const list = parts?.map((part) => (typeof part === 'string' && part.trim() !== '' ? Number(part) : part));
  return list?.every((part): part is number => typeof part === 'number' && Number.isFinite(part)) ? list : undefined;
}

export function integer(map: SpecMap, key: string): number {
  const value = map[key];
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new DteError('input.grid', `gridspec ${key} is ${JSON.stringify(value) ?? 'absent'}`, { hint: `${key} is an integer` });
}

/** A finite number; `fallback` where the key is absent. */
export function real(map: SpecMap, key: string, fallback?: number): number {
  const value = map[key] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new DteError('input.grid', `gridspec ${key} is ${JSON.stringify(value) ?? 'absent'}`, { hint: `${key} is a number` });
}
