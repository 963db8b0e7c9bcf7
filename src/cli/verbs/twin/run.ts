import type { Terminal } from '../../terminal/terminal.js';
import { runFromOptions } from '../../twin/run.js';
import type { TwinRunOptions } from '../../twin/run-options.js';
import { summaryText } from '../../twin/summary-text.js';
import { printSummary } from '../output.js';
import { withEngine } from '../with-engine.js';

/** Runs the twin as a user asks for it. */
export async function twinRun(terminal: Terminal, options: TwinRunOptions): Promise<void> {
  const summary = await withEngine(terminal, options, (engine) => runFromOptions(terminal.context, engine, options));
  for (const text of summary.unfinished) terminal.note(`dte: not written, for the run ended before its window: ${text}`);
  await printSummary(terminal, '', { json: options.json === true ? summary : undefined, text: summaryText(summary) });
}
