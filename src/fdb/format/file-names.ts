import type { Identity } from '../../base/index.js';

export interface FileNameOptions {
  readonly self: Identity;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** How many names this process made before. */
  readonly count: number;
}

/**
 * `<stem>.<yyyymmdd>.<hhmmss>.<host>.<number>` and a suffix, as upstream names the files that belong to one process alone: time in
 * UTC, and for number the process in the upper 32 bits and a count in the lower. A stem that is a path is kept.
 */
export function uniqueFileName(stem: string, suffix: string, options: FileNameOptions): string {
  const { self, timeMs, count } = options;
  const time = new Date(timeMs).toISOString();
  const day = time.slice(0, 10).replaceAll('-', '');
  const clock = time.slice(11, 19).replaceAll(':', '');
  const number = (BigInt(self.pid) << 32n) + BigInt(count);
  return `${stem}.${day}.${clock}.${self.host}.${number}${suffix}`;
}
