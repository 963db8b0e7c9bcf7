import { createRequire } from 'node:module';
import type { Logger, pino } from 'pino';
import { type Log, type LogData, silentLog } from '../../base/index.js';

/** Quietest last. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Write = (level: Exclude<LogLevel, 'silent'>, event: string, data: LogData) => void;

/**
 * Events from `level` on, on standard error: one readable line each on a terminal, JSON lines elsewhere. `before` is called ahead
 * of each line, to take a progress bar out of its way.
 */
export function terminalLog(level: string, before: () => void): Log {
  const first = (logLevels as readonly string[]).indexOf(level);
  const write: Write = process.stderr.isTTY ? writeLine : writeJson();
  const at = (name: Exclude<LogLevel, 'silent'>): Log['info'] => {
    if (logLevels.indexOf(name) < first) return silentLog[name];
    return (event, data = {}) => {
      before();
      write(name, event, data);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const writeLine: Write = (level, event, data) => {
  const words = Object.entries(data).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  process.stderr.write(`${[level, event, ...words].join(' ')}\n`);
};

/** pino is loaded by the first line: most runs log nothing, and it costs more than they do. */
function writeJson(): Write {
  let logger: Logger | undefined;
  return (level, event, data) => {
    logger ??= openLogger();
    logger[level](data, event);
  };
}

function openLogger(): Logger {
  const load = createRequire(import.meta.url)('pino') as typeof pino;
  const options = {
    level: 'debug',
    base: null,
    messageKey: 'event',
    timestamp: load.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return load(options, load.destination({ dest: 2, sync: true }));
}
