/**
 * Memory that threads share, where the platform gives it. A page that is not cross-origin isolated has no `SharedArrayBuffer`; it
 * has no threads to share with either, and its own memory serves as well.
 */
export function sharedBuffer(sizeBytes: number): ArrayBuffer | SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(sizeBytes) : new SharedArrayBuffer(sizeBytes);
}
