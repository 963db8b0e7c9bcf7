import { createRequire } from 'node:module';
import type { SingleBar } from 'cli-progress';
import { type Clock, type ProgressEvent, throttled } from '../../base/index.js';
import { sizeText } from './text.js';

export interface ProgressBar {
  show(event: ProgressEvent): void;
  /** Takes the bar off the screen; the next event brings it back. */
  clear(): void;
}

const barWidth = 24;

/** One line on standard error: task, bar, bytes or counts, fields, rate, remaining time. Loaded with the first event. */
export function progressBar(clock: Clock): ProgressBar {
  let bar: SingleBar | undefined;
  let task: string | undefined;
  let startMs = 0;
  const clear = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const show = (event: ProgressEvent): void => {
    if (event.task !== task) {
      clear();
      task = event.task;
      startMs = clock.elapsedMs();
    }
    if (bar === undefined) {
      bar = openBar();
      bar.start(event.total ?? 0, event.done, { text: '' });
    }
    bar.update(event.done, { text: progressText(event, (clock.elapsedMs() - startMs) / 1000) });
  };
  return { show: throttled(show, () => clock.elapsedMs()), clear };
}

/** What stands on the line after `seconds` of work. */
export function progressText({ task, done, total, unit, fields }: ProgressEvent, seconds: number): string {
  const amount = (count: number): string => (unit === 'bytes' ? sizeText(count) : `${count} ${unit}`);
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [total === undefined ? amount(done) : `${amount(done)} of ${amount(total)}`];
  if (fields !== undefined) parts.push(`${fields} fields`);
  if (rate > 0) parts.push(`${amount(unit === 'bytes' ? rate : Math.round(rate))}/s`);
  if (rate > 0 && total !== undefined && total > done) parts.push(`${Math.ceil((total - done) / rate)} s left`);
  const filled = total === undefined || total === 0 ? 0 : Math.round((barWidth * Math.min(done, total)) / total);
  const drawn = total === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}  `;
  return `${task}  ${drawn}${parts.join(', ')}`;
}

function openBar(): SingleBar {
  const { SingleBar: Bar } = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress');
  return new Bar({
    format: (_options, _params, payload: { text: string }) => payload.text,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: false,
  });
}
