import { DteError } from '../base/index.js';

/** What a device refused (`validation`) or had no memory for, in other software's commands. */
export class ScopedFailure extends Error {}

/**
 * Does other software's work on a device, and throws what the device says of it, which that software may not notice: `fault.device` when
 * the device is lost, which it may wait for without end; `ScopedFailure` when commands are refused.
 */
export async function watched<R>(device: GPUDevice, work: () => Promise<R>): Promise<R> {
  let lost: GPUDeviceLostInfo | undefined;
  const ended = device.lost.then((info) => {
    lost = info;
    throw lostError(info);
  });
  ended.catch(() => {});
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let result: R | undefined;
  let thrown: unknown;
  try {
    result = await Promise.race([work(), ended]);
  } catch (error) {
    thrown = error;
  }
  const refused = await refusals(device);
  if (lost !== undefined) throw lostError(lost);
  if (refused !== undefined) throw new ScopedFailure(refused, { cause: thrown });
  if (thrown !== undefined) throw thrown;
  return result as R;
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
