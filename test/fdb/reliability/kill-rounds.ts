/** Rounds of killing a process and looking at what it left. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Disk } from '../../../src/base/index.js';
import { nodeDisk } from '../../../src/base/node.js';
import { formatKey } from '../../../src/fdb/index.js';
import { noFdb } from '../../support/fdb-peer.js';
import { seeded } from '../../support/random.js';
import { aftercare } from './aftercare.js';
import { type FieldName, foundFields } from './fields.js';
import { aftermath } from './journal.js';
import { isLong, layFolder, openStore, peerEnv, seed } from './stores.js';

const kills = isLong ? Number(process.env['DTE_KILLS'] ?? 120) : 8;
const child = fileURLToPath(new URL('torture-child.js', import.meta.url));
/** A tmpfs where there is one: thousands of syncs and removals. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Writes as a process that is no more: the killed ones must not wait for this one, which lives on. */
const deadDisk: Disk = { ...nodeDisk, self: { ...nodeDisk.self, pid: 2 ** 22 + 1 } };

interface Ended {
  readonly signal: string | null;
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs a process and kills it `delayMs` after it is ready, unless it ends by itself. */
function killed(args: readonly string[], delayMs: number | undefined, journal: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    process_.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    process_.on('error', reject);
    const polling = setInterval(() => {
      if (delayMs === undefined || !existsSync(journal) || readFileSync(journal).length === 0) return;
      clearInterval(polling);
      setTimeout(() => process_.kill('SIGKILL'), delayMs);
    }, 2);
    process_.on('close', (code, signal) => {
      clearInterval(polling);
      resolve({ code, signal, stderr });
    });
  });
}

export type Work = 'writing' | 'sub-toc' | 'wiping' | 'moving' | 'mixed';

/** Kills processes that do this work, all on one store, and compares after each. */
export async function killRounds(t: Test, work: Work): Promise<void> {
  if (isLong) t.setTimeout(3_600_000);
  const random = seeded(seed);
  const folder = mkdtempSync(join(base, 'fdb-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  layFolder(folder);
  const env = { PATH: process.env['PATH'], HOME: folder, ...peerEnv(folder) };
  let state: ReadonlyMap<FieldName, string> = new Map();
  const everArchived = new Set<string>();
  let total = 0;
  for (let round = 0; round < kills; round++) {
    const journal = join(folder, `journal.${round}`);
    const ownSeed = String(seed + round);
    const byItself = random() < 0.5;
    const killAt = byItself ? 1 + Math.floor(random() * 400) : 0;
    const ended = await killed([folder, journal, ownSeed, work, String(killAt)], byItself ? undefined : random() * 150, journal);
    const at = `seed ${seed}, ${work}, round ${round}, kill at ${byItself ? `operation ${killAt}` : 'random'}`;
    if (ended.signal !== 'SIGKILL' && ended.code !== 0) {
      t.fail(`${at}: the process failed: ${ended.stderr}`);
      return;
    }
    if (ended.signal === 'SIGKILL') total++;
    const before = aftermath(state, readFileSync(journal, 'utf8').split('\n'));
    if (ended.signal !== 'SIGKILL' && !before.isDone) t.fail(`${at}: neither killed nor done`);
    if (process.env['DTE_KEEP'] !== undefined) {
      rmSync(process.env['DTE_KEEP'], { recursive: true, force: true });
      execFileSync('cp', ['-r', folder, process.env['DTE_KEEP']]);
    }
    const cared = await aftercare({ folder, disk: nodeDisk, nextDisk: deadDisk, before, everArchived, nextVersion: `after.${round}` });
    state = cared.state;
    const problems = [...cared.problems];
    if (round % 4 === 3 && noFdb === false) {
      const theirs = execFileSync('fdb-list', ['--minimum-keys=', '--porcelain', 'class=rd'], {
        encoding: 'utf8',
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const ours = (await foundFields(await openStore(nodeDisk, folder), nodeDisk)).map(({ entry }) => entry.keys.map(formatKey).join(''));
      const [a, b] = [
        theirs
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .sort()
          .join('\n'),
        [...ours].sort().join('\n'),
      ];
      if (a !== b) problems.push(`fdb-list gives another listing: ${a} instead of ${b}`);
    }
    if (problems.length > 0) {
      t.fail(`${at}: ${problems.slice(0, 8).join('; ')}`);
      return;
    }
  }
  t.ok(total > kills / 4, `${total} processes were killed, ${kills - total} ended`);
}
