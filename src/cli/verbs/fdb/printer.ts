import type { Terminal } from '../../terminal/terminal.js';

/** Characters gathered before they are written: few calls, and little memory. */
const blockChars = 1 << 17;

/** Text for standard output, written in blocks. What was added appears at the latest with `flush`. */
export interface Printer {
  /** Gives a promise when the text has to be waited for. */
  add(text: string): Promise<void> | undefined;
  flush(): Promise<void>;
}

export function openPrinter(terminal: Pick<Terminal, 'print'>): Printer {
  let pending = '';
  const flush = async (): Promise<void> => {
    if (pending === '') return;
    const text = pending;
    pending = '';
    await terminal.print(text);
  };
  return {
    add(text) {
      pending += text;
      return pending.length < blockChars ? undefined : flush();
    },
    flush,
  };
}
