export type LogData = Readonly<Record<string, unknown>>;

/** Dotted event name and data, no prose: `log.info('regrid.weights', { rows, seconds })`. */
export interface Log {
  debug(event: string, data?: LogData): void;
  info(event: string, data?: LogData): void;
  warn(event: string, data?: LogData): void;
  error(event: string, data?: LogData): void;
}

const nothing = (): void => {};

/** The log of a library: silent. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
