import { DteError } from '../../base/index.js';
import { DeviceArray } from '../../compute/index.js';

/**
 * Refuses what would not arrive as it was sent: a GPUBuffer or another object of a device becomes an empty object on its way to another
 * thread, without an error, and a function or a device array nothing of use. `input.plugin` names its place in the message.
 */
export function checkSendable(value: unknown, place: string, seen = new Set<object>()): void {
  if (typeof value === 'function') throw refusal(place, 'a function', 'send plain data');
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  const kind = value instanceof DeviceArray ? 'DeviceArray' : deviceObject(value);
  if (kind !== undefined) throw refusal(place, `a ${kind}`, 'objects of a device belong to one thread: send the values');
  if (value instanceof Map) for (const [key, member] of value) checkSendable(member, `${place}[${String(key)}]`, seen);
  else if (Array.isArray(value)) for (const [index, member] of value.entries()) checkSendable(member, `${place}[${index}]`, seen);
  else for (const [key, member] of Object.entries(value)) checkSendable(member, `${place}.${key}`, seen);
}

function refusal(place: string, what: string, hint: string): DteError {
  return new DteError('input.plugin', `${place} is ${what}, which cannot go from one thread or process to another`, { hint });
}

/** The name of the class of a WebGPU object: all begin with GPU. */
function deviceObject(value: object): string | undefined {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = (at.constructor as { readonly name?: string } | undefined)?.name;
    if (name !== undefined && /^GPU[A-Z]/.test(name)) return name;
  }
  return undefined;
}
