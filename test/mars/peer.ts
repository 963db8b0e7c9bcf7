import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether metkit's program can be run. With DTE_PEERS=required its absence fails the tests instead of skipping them. */
export const noMetkit = ((): string | false => {
  // It has no call that does nothing and succeeds.
  if (spawnSync('parse-mars-request', { stdio: 'ignore' }).error === undefined) return false;
  if (process.env['DTE_PEERS'] === 'required') throw new Error('parse-mars-request (libmetkit-utils) is required and not installed');
  return 'parse-mars-request is not installed';
})();

/** Each text in a file of its own, all expanded by one process: its lines, one for each request, in order. Throws if one is refused. */
export function metkit(texts: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'dte-mars-'));
  try {
    const names = texts.map((_, index) => join(folder, `${String(index).padStart(6, '0')}.req`));
    for (const [index, name] of names.entries()) writeFileSync(name, texts[index] as string);
    const { status, stdout, stderr } = spawnSync('parse-mars-request', ['--porcelain', ...names], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`parse-mars-request ended with ${status}: ${stderr}`);
    return stdout.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The line for one request, or undefined where it is refused. */
export function metkitOne(text: string): string | undefined {
  try {
    return metkit([text]).at(-1);
  } catch {
    return undefined;
  }
}
