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
import { allFields, type FieldName, foundFields, keyOf, messageOf, selectionOf, versions } from './fields.js';
import { aftermath } from './journal.js';
import { all, checked, isLong, layFolder, openStore, peerEnv, seed } from './stores.js';

const kills = isLong ? 120 : 8;
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
  const random = seeded(seed);
  const folder = mkdtempSync(join(base, 'fdb-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  layFolder(folder);
  const env = { PATH: process.env['PATH'], HOME: folder, ...peerEnv(folder) };
  let state = new Map<FieldName, string>();
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
    const { allowed, archived, unfinished, isDone } = aftermath(state, readFileSync(journal, 'utf8').split('\n'));
    for (const one of archived) everArchived.add(one);
    if (ended.signal !== 'SIGKILL' && !isDone) t.fail(`${at}: neither killed nor done`);

    if (process.env['DTE_KEEP'] !== undefined) {
      rmSync(process.env['DTE_KEEP'], { recursive: true, force: true });
      execFileSync('cp', ['-r', folder, process.env['DTE_KEEP']]);
    }
    const problems: string[] = [];
    const hasFailed = (): boolean => {
      if (problems.length > 0) t.fail(`${at}: ${problems.slice(0, 8).join('; ')}`);
      return problems.length > 0;
    };
    const fdb = await openStore(nodeDisk, folder);
    const next = await openStore(deadDisk, folder);
    if (unfinished?.kind === 'wipe') {
      // What shows between a wipe that was cut short and its repetition is whole, or locked.
      for (const { name, version } of await foundFields(fdb, nodeDisk, { onDamage: () => {} })) if (version === undefined) problems.push(`${name} is broken in an unfinished wipe`);
      await all(fdb.wipe(selectionOf(unfinished.expver), { doit: true, ignoreNoData: true, unsafeAll: true }));
    } else if (unfinished?.kind === 'move') {
      // Readers have the source, or the target, before the repetition; and a field once.
      const found = await foundFields(fdb, nodeDisk, { onDamage: () => {} });
      if (new Set(found.map(({ name }) => name)).size !== found.length) problems.push('a field shows twice in an unfinished move');
      for (const { name, version } of found) if (version === undefined) problems.push(`${name} is broken in an unfinished move`);
      await fdb.move(selectionOf(unfinished.expver), { to: unfinished.to }).catch((error: { code?: string; message: string }) => {
        // Nothing lies elsewhere any more when the kill came after the last removal.
        if (error.code !== 'input.keyword') problems.push(error.message);
      });
    }
    const found = await foundFields(fdb, nodeDisk, { masked: 'include', onDamage: (error) => (error.message.includes('the last record is not complete') ? undefined : problems.push(error.message)) });
    const shown = versions(found);
    for (const { name, version, isMasked, entry } of found)
      if (version === undefined ? !isMasked || existsSync(entry.location.file) : !everArchived.has(`${name}#${version}`)) problems.push(`${name}#${version} was never archived`);
    for (const name of allFields) {
      const is = shown.get(name);
      const may = unfinished?.kind === 'wipe' && name.startsWith(`${unfinished.expver}/`) ? new Set([undefined]) : (allowed.get(name) ?? new Set([undefined]));
      if (!may.has(is)) problems.push(`${name} shows ${is}, not ${[...may].join(' or ')}`);
    }
    for (const { findings } of await checked(fdb))
      for (const { kind, severity, message, file } of findings) if (severity === 'error') problems.push(`check: ${kind} ${message} ${file}`);
    if (hasFailed()) return;
    // The next writer: every database takes a field, and shows it together with the rest.
    state = new Map([...shown].map(([name, version]) => [name, version as string]));
    for (const name of ['aaaa/pl/0/130', 'bbbb/ml/6/131']) {
      await next.archiveKey(keyOf(name), [messageOf(name, `after.${round}`)]);
      state.set(name, `after.${round}`);
      everArchived.add(`${name}#after.${round}`);
    }
    await next.close();
    const after = versions(await foundFields(fdb, nodeDisk));
    for (const name of allFields) if (after.get(name) !== state.get(name)) problems.push(`after the next writer ${name} shows ${after.get(name)}, not ${state.get(name)}`);
    // A torn record of a sub-toc, which no other writer appends to, stays until a repair.
    for (const { findings } of await checked(fdb, { repair: true }))
      for (const { kind, severity, message, file, repair } of findings)
        if (severity !== 'note' && !(kind === 'toc.torn' && repair === 'done' && !file.endsWith('/toc'))) problems.push(`check after the next writer: ${kind} ${message} ${file}`);
    if (round % 4 === 3 && noFdb === false) {
      const theirs = execFileSync('fdb-list', ['--minimum-keys=', '--porcelain', 'class=rd'], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
      const ours = (await foundFields(fdb, nodeDisk)).map(({ entry }) => entry.keys.map(formatKey).join(''));
      const [a, b] = [theirs.split('\n').filter((line) => line.startsWith('{')).sort().join('\n'), [...ours].sort().join('\n')];
      if (a !== b) problems.push(`fdb-list gives another listing: ${a} instead of ${b}`);
    }
    if (hasFailed()) return;
  }
  t.ok(total > kills / 4, `${total} processes were killed, ${kills - total} ended`);
}
