/** What every failure must leave: all that was reported as flushed, whole; nothing else; and a store that the next writer can use. */
import type { Disk } from '../../../src/base/index.js';
import type { Fdb } from '../../../src/fdb/index.js';
import { allFields, type FieldName, foundFields, keyOf, messageOf, selectionOf, versions } from './fields.js';
import type { Aftermath } from './journal.js';
import { all, checked, openStore } from './stores.js';

export interface Aftercare {
  readonly folder: string;
  /** Of who looks. */
  readonly disk: Disk;
  /** Of the next writer. */
  readonly nextDisk: Disk;
  readonly before: Aftermath;
  /** Every `name#version` that was ever archived on this store, those of the next writers too: they are added. */
  readonly everArchived: Set<string>;
  /** Version of what the next writer archives. */
  readonly nextVersion: string;
}

export interface Cared {
  /** What is not as it must be. */
  readonly problems: readonly string[];
  /** What shows in the end. */
  readonly state: ReadonlyMap<FieldName, string>;
}

const request = { doit: true, ignoreNoData: true, unsafeAll: true, quietMs: 0 };

/** Finishes what was cut short, compares, lets a writer write, and compares again. */
export async function aftercare({ folder, disk, nextDisk, before, everArchived, nextVersion }: Aftercare): Promise<Cared> {
  const { allowed, archived, unfinished } = before;
  const problems: string[] = [];
  for (const one of archived) everArchived.add(one);
  const fdb = await openStore(disk, folder);
  if (unfinished !== undefined) problems.push(...(await finished(fdb, disk, unfinished)));

  const isTorn = (error: Error): boolean => error.message.includes('the last record is not complete');
  const found = await foundFields(fdb, disk, {
    masked: 'include',
    onDamage: (error) => void (isTorn(error) || problems.push(error.message)),
  });
  for (const { name, version, isMasked, entry } of found)
    if (version !== undefined) {
      if (!everArchived.has(`${name}#${version}`)) problems.push(`${name}#${version} was never archived`);
    } else if (!isMasked || (await disk.info(entry.location.file)) !== undefined) problems.push(`${name} is not what was archived`);
  const shown = versions(found);
  const isWiped = (name: FieldName): boolean => unfinished?.kind === 'wipe' && name.startsWith(`${unfinished.expver}/`);
  for (const name of allFields) {
    const may = isWiped(name) ? nothing : (allowed.get(name) ?? nothing);
    if (!may.has(shown.get(name))) problems.push(`${name} shows ${shown.get(name)}, not ${[...may].join(' or ')}`);
  }
  for (const { findings } of await checked(fdb))
    for (const { kind, severity, message, file } of findings) if (severity === 'error') problems.push(`check: ${kind} ${message} ${file}`);
  const state = new Map([...shown].map(([name, version]) => [name, version as string]));
  if (problems.length > 0) return { problems, state };

  const next = await openStore(nextDisk, folder);
  for (const name of ['aaaa/pl/0/130', 'bbbb/ml/6/131']) {
    await next.archiveKey(keyOf(name), [messageOf(name, nextVersion)]);
    state.set(name, nextVersion);
    everArchived.add(`${name}#${nextVersion}`);
  }
  await next.close();
  const after = versions(await foundFields(fdb, disk, { onDamage: (error) => void (isTorn(error) || problems.push(error.message)) }));
  for (const name of allFields)
    if (after.get(name) !== state.get(name))
      problems.push(`after the next writer ${name} shows ${after.get(name)}, not ${state.get(name)}`);
  // A torn record of a sub-toc, which no other writer appends to, stays until a repair.
  for (const { findings } of await checked(fdb, { repair: true }))
    for (const { kind, severity, message, file, repair } of findings)
      if (severity !== 'note' && !(kind === 'toc.torn' && repair === 'done' && !file.endsWith('/toc')))
        problems.push(`check after the next writer: ${kind} ${message} ${file}`);
  return { problems, state };
}

const nothing: ReadonlySet<string | undefined> = new Set([undefined]);

/** Gives a wipe or a move that was cut short once more. What shows before is whole, or locked; and a field shows once. */
async function finished(fdb: Fdb, disk: Disk, { kind, expver, to }: NonNullable<Aftermath['unfinished']>): Promise<readonly string[]> {
  const problems: string[] = [];
  const found = await foundFields(fdb, disk, { onDamage: () => {} });
  for (const { name, version } of found) if (version === undefined) problems.push(`${name} is broken in an unfinished ${kind}`);
  if (new Set(found.map(({ name }) => name)).size !== found.length) problems.push(`a field shows twice in an unfinished ${kind}`);
  if (kind === 'wipe') await all(fdb.wipe(selectionOf(expver), request));
  else
    await fdb.move(selectionOf(expver), { to, quietMs: 0 }).catch((error: { code?: string; message: string }) => {
      // Nothing lies elsewhere any more when the failure came after the last removal.
      if (error.code !== 'input.keyword') problems.push(error.message);
    });
  return problems;
}
