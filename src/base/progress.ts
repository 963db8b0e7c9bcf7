/** How far a task is. The same events drive the terminal line and, later, meters and event streams. */
export interface ProgressEvent {
  readonly task: string;
  readonly done: number;
  /** Undefined when the total is not known (a stream). */
  readonly total: number | undefined;
  readonly unit: 'bytes' | 'fields' | 'rows' | 'steps';
  /** Fields finished, when the unit is bytes. */
  readonly fields?: number;
}

export type ProgressListener = (event: ProgressEvent) => void;

/** Lets through at most ten events a second, and always the last one of a task. */
export function throttled(listener: ProgressListener, elapsedMs: () => number): ProgressListener {
  let nextMs = Number.NEGATIVE_INFINITY;
  return (event) => {
    const nowMs = elapsedMs();
    const last = event.total !== undefined && event.done >= event.total;
    if (nowMs < nextMs && !last) return;
    nextMs = nowMs + 100;
    listener(event);
  };
}
