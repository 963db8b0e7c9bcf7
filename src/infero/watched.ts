import { DteError } from '../base/index.js';

/** What a device refused (`validation`) or had no memory for, in other software's commands. */
export class ScopedFailure extends Error {}

/**
 * Does other software's work on a device, and throws what the device says of it, which that software may not notice: `fault.device` when
 * the device is lost, which it may wait for without end; `ScopedFailure` when commands are refused. Calls must not overlap.
 */
export async function watched<R>(device: GPUDevice, work: () => Promise<R>): Promise<R> {
  const life = lifeOf(device);
  if (life.lost !== undefined) throw lostError(life.lost);
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let result: R | undefined;
  let thrown: unknown;
  try {
    result = await untilLost(life, work());
  } catch (error) {
    thrown = error;
  }
  const refused = await refusals(device);
  if (life.lost !== undefined) throw lostError(life.lost);
  if (refused !== undefined) throw new ScopedFailure(refused, { cause: thrown });
  if (thrown !== undefined) throw thrown;
  return result as R;
}

interface Life {
  lost: GPUDeviceLostInfo | undefined;
  /** Who is to be told of the loss. */
  readonly waiting: Set<() => void>;
}

// A reaction to `device.lost` stays for the life of the device: one for each device, not one for each run.
const lives = new WeakMap<GPUDevice, Life>();

function lifeOf(device: GPUDevice): Life {
  const known = lives.get(device);
  if (known !== undefined) return known;
  const life: Life = { lost: undefined, waiting: new Set() };
  lives.set(device, life);
  void device.lost.then((info) => {
    life.lost = info;
    for (const tell of life.waiting) tell();
  });
  return life;
}

/** The result of the work; gives up waiting for it when the device is lost. */
function untilLost<R>(life: Life, work: Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const tell = (): void => reject(lostError(life.lost as GPUDeviceLostInfo));
    life.waiting.add(tell);
    work.then(resolve, reject).finally(() => life.waiting.delete(tell));
  });
}

async function refusals(device: GPUDevice): Promise<string | undefined> {
  const scopes = [device.popErrorScope(), device.popErrorScope()];
  // Scopes of a device that was lost are refused.
  const errors = await Promise.all(scopes.map((scope) => scope.catch(() => null)));
  return errors.find((error) => error !== null)?.message;
}

function lostError({ reason, message }: GPUDeviceLostInfo): DteError {
  return new DteError('fault.device', `the device was lost (${reason}: ${message})`, {
    hint: 'open the engine and the model anew, or use the CPU executor (--device cpu)',
  });
}
