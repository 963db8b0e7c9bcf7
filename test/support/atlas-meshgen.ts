import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peersRequired } from './engines.js';

export const noMeshgen = ((): string | false => {
  try {
    execFileSync('atlas-meshgen', ['--help'], { stdio: 'ignore' });
    return false;
  } catch {
    if (peersRequired) throw new Error('atlas-meshgen is required and not installed');
    return 'atlas-meshgen is not installed';
  }
})();

export interface GmshText {
  readonly nodes: number;
  /** Nodes of each cell, counted from 0. */
  readonly cells: readonly (readonly number[])[];
}

/** The mesh that atlas' own generator makes. */
export function meshgen(grid: string, ...options: readonly string[]): GmshText {
  const folder = mkdtempSync(join(tmpdir(), 'dte-meshgen-'));
  try {
    const file = join(folder, 'mesh.msh');
    execFileSync('atlas-meshgen', [grid, file, ...options], { stdio: 'ignore', env: { ...process.env, OMP_NUM_THREADS: '1' } });
    return parseGmsh(readFileSync(file, 'latin1'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parseGmsh(text: string): GmshText {
  const lines = text.split('\n');
  const nodes = lines.indexOf('$Nodes');
  const elements = lines.indexOf('$Elements');
  const cells = lines.slice(elements + 2, elements + 2 + Number(lines[elements + 1])).map((line) => {
    const numbers = line.trim().split(/\s+/).map(Number);
    return numbers.slice(3 + numbers[2]).map((node) => node - 1);
  });
  return { nodes: Number(lines[nodes + 1]), cells };
}
