/** Random operations of two writers on one store, beside a Map that says what must come out. */
import type { Disk } from '../../../src/base/index.js';
import type { Fdb, Selection } from '../../../src/fdb/index.js';
import { seeded } from '../../support/random.js';
import {
  allFields,
  expvers,
  type FieldName,
  type FoundField,
  foundFields,
  keyOf,
  levtypes,
  messageOf,
  retrievedFields,
  selectionOf,
  sortedText,
  steps,
  versions,
} from './fields.js';
import { all, checked, openStore, type StoreOptions } from './stores.js';

export interface SimulationOptions {
  readonly folder: string;
  readonly seed: number;
  readonly operations: number;
  /** The disk of a writer: each is another process where the disk can tell. */
  readonly diskOf: (writer: number) => Disk;
  /** Operations between two full comparisons. */
  readonly compareEvery: number;
  readonly sync?: boolean;
}

export interface SimulationCounts {
  readonly operations: ReadonlyMap<string, number>;
  readonly comparisons: number;
}

interface Writer {
  readonly number: number;
  fdb: Fdb;
  options: StoreOptions;
  /** Archived and not flushed. */
  pending: Map<FieldName, string>;
}

/** Runs operations and compares now and then. Throws at the first difference, with the last operations in its message. */
export async function simulate({
  folder,
  seed,
  operations,
  diskOf,
  compareEvery,
  sync = true,
}: SimulationOptions): Promise<SimulationCounts> {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const visible = new Map<FieldName, string>();
  const log: string[] = [];
  const counts = new Map<string, number>();
  const disk = diskOf(0);
  /** Writers on other hosts are at work for all one knows, as long as they are open. */
  let quietMs = Infinity;
  let comparisons = 0;
  let version = 0;
  const writers: Writer[] = [];
  const reader = await openStore(diskOf(3), folder);

  const fail = (what: string): never => {
    throw new Error(`seed ${seed}: ${what}; last operations: ${log.slice(-30).join('; ')}`);
  };
  const equal = (what: string, found: ReadonlyMap<FieldName, string | undefined>, wanted: ReadonlyMap<FieldName, string>): void => {
    const [is, should] = [sortedText(found), sortedText(wanted)];
    const extra = is.filter((line) => !should.includes(line));
    const missing = should.filter((line) => !is.includes(line));
    if (extra.length + missing.length > 0) fail(`${what}: found ${extra.join(' ')}, missing ${missing.join(' ')}`);
  };
  const visibleOf = (expver: string): ReadonlyMap<FieldName, string> =>
    new Map([...visible].filter(([name]) => name.startsWith(`${expver}/`)));
  const lose = (start: string): void => {
    for (const name of [...visible.keys()]) if (name.startsWith(start)) visible.delete(name);
  };
  const openWriters = async (): Promise<void> => {
    // What a writer flushes to its sub-toc shows in the order in which sub-tocs were announced: two of them at once have no last flush.
    const useSubToc = random() < 0.3;
    const number = useSubToc ? 1 : 1 + Math.floor(random() * 2);
    for (let writer = 0; writer < number; writer++) {
      const options = { useSubToc, compactAfter: pick([2, 2, 5, Infinity]), sync };
      writers.push({ number: writer, options, pending: new Map(), fdb: await openStore(diskOf(writer + 1), folder, options) });
    }
    log.push(`open ${number} ${useSubToc ? 'with sub-toc' : ''}`);
  };
  const flushed = (writer: Writer): void => {
    for (const [name, flushedVersion] of writer.pending) visible.set(name, flushedVersion);
    writer.pending.clear();
  };
  const closeWriters = async (): Promise<void> => {
    for (const writer of writers) {
      await writer.fdb.close();
      flushed(writer);
    }
    writers.length = 0;
  };
  const archive = async (): Promise<void> => {
    const writer = pick(writers);
    const names: string[] = [];
    for (let count = 1 + Math.floor(random() * 6); count > 0; count--) {
      const name = pick(allFields);
      const text = String(version++);
      await writer.fdb.archiveKey(keyOf(name), [messageOf(name, text, 50 + Math.floor(random() * 400))]);
      writer.pending.set(name, text);
      names.push(`${name}#${text}`);
    }
    log.push(`archive ${writer.number} ${names.join(' ')}`);
  };
  const flush = async (): Promise<void> => {
    const writer = pick(writers);
    log.push(`flush ${writer.number}`);
    const fields = await writer.fdb.flush();
    if (fields !== writer.pending.size) fail(`the flush made ${fields} fields visible instead of ${writer.pending.size}`);
    flushed(writer);
  };
  const compare = async (): Promise<void> => {
    comparisons++;
    const found = await foundFields(reader, disk, { masked: 'include' });
    // A purge takes a data file of which nothing shows; older entries of an index that shows others go on naming it.
    const isPurged = async (field: FoundField): Promise<boolean> =>
      field.isMasked && (await disk.info(field.entry.location.file)) === undefined;
    const broken: FoundField[] = [];
    for (const field of found) if (field.version === undefined && !(await isPurged(field))) broken.push(field);
    if (broken.length > 0) fail(`not what was archived: ${broken.map(({ name }) => name).join(' ')}`);
    const shown = found.filter(({ isMasked }) => !isMasked);
    if (new Set(shown.map(({ name }) => name)).size !== shown.length) fail('a field is listed twice');
    equal('list', versions(found), visible);
    equal('list without masked ones', versions(await foundFields(reader, disk)), visible);
    for (const expver of expvers) equal(`retrieve ${expver}`, await retrievedFields(reader, expver), visibleOf(expver));
    for (const { findings } of await checked(reader)) {
      const bad = findings.filter(({ severity }) => severity !== 'note');
      if (bad.length > 0) fail(`check: ${bad.map(({ kind, message, file }) => `${kind} ${message} ${file}`).join(', ')}`);
    }
  };
  const fdbOf = (): Fdb => (random() < 0.5 || writers.length === 0 ? reader : pick(writers).fdb);
  const purge = async (): Promise<void> => {
    const expver = pick(expvers);
    log.push(`purge ${expver}`);
    await all(fdbOf().purge(selectionOf(expver), { doit: true, ignoreNoData: true, quietMs }));
  };
  const hide = async (): Promise<void> => {
    const expver = pick(expvers);
    log.push(`hide ${expver}`);
    await all(fdbOf().hide(selectionOf(expver), { doit: true, ignoreNoData: true }));
    lose(`${expver}/`);
  };
  const wipeGroup = async (): Promise<void> => {
    const expver = pick(expvers);
    const levtype = pick(levtypes);
    // Of the last group that shows it is a wipe of the whole database: what others archived and did not flush would be lost, and they be told.
    for (const writer of writers) {
      await writer.fdb.flush();
      flushed(writer);
    }
    log.push(`wipe ${expver}/${levtype}`);
    await all(fdbOf().wipe(selectionOf(expver, levtype), { doit: true, ignoreNoData: true, quietMs }));
    lose(`${expver}/${levtype}/`);
  };
  const lock = async (): Promise<void> => {
    const expver = pick(expvers);
    log.push(`lock ${expver}`);
    const selection: Selection = selectionOf(expver);
    if ((await all(reader.control(selection, { action: 'lock', controls: ['archive', 'wipe'] }, { ignoreNoData: true }))).length === 0)
      return;
    const other = await openStore(diskOf(4), folder);
    const name = `${expver}/pl/${pick(steps)}/130`;
    const rejected = await other.archiveKey(keyOf(name), [messageOf(name, 'locked')]).then(
      () => 'nothing',
      (error: { code?: string }) => error.code,
    );
    if (rejected !== 'auth.locked') fail(`archiving to a locked database is ${rejected}`);
    await other.close();
    const wiped = await all(reader.wipe(selection, { doit: true })).then(
      () => 'nothing',
      (error: { code?: string }) => error.code,
    );
    if (wiped !== 'auth.locked') fail(`wiping a locked database is ${wiped}`);
    await all(reader.control(selection, { action: 'unlock', controls: ['archive', 'wipe'] }));
  };
  /** With all writers closed: what asks for a database of its own. */
  const reopen = async (): Promise<void> => {
    log.push('close');
    await closeWriters();
    quietMs = 0;
    const expver = pick(expvers);
    if (random() < 0.5) await purge();
    const luck = random();
    if (luck < 0.25) {
      log.push(`reconsolidate ${expver}`);
      await all(reader.reconsolidate(selectionOf(expver), { ignoreNoData: true, quietMs }));
    } else if (luck < 0.4) {
      log.push(`wipe ${expver}`);
      await all(reader.wipe(selectionOf(expver), { doit: true, ignoreNoData: true }));
      lose(`${expver}/`);
    } else if (luck < 0.55) {
      const places = await all(reader.status(selectionOf(expver), { ignoreNoData: true }));
      const path = places[0]?.path;
      if (path !== undefined) {
        const to = `${folder}/${path.startsWith(`${folder}/one/`) ? 'two' : 'one'}`;
        log.push(`move ${expver} ${to}`);
        await reader.move(selectionOf(expver), { to, quietMs });
      }
    }
    quietMs = Infinity;
    await openWriters();
  };
  const table: readonly (readonly [string, number, () => Promise<void>])[] = [
    ['archive', 40, archive],
    ['flush', 25, flush],
    ['purge', 6, purge],
    ['hide', 2, hide],
    ['wipe', 3, wipeGroup],
    ['lock', 3, lock],
    ['reopen', 8, reopen],
  ];
  const total = table.reduce((sum, [, weight]) => sum + weight, 0);

  await openWriters();
  for (let number = 0; number < operations; number++) {
    let luck = random() * total;
    const [name, , work] = table.find(([, weight]) => (luck -= weight) < 0) as (typeof table)[number];
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await work().catch((error: Error) => (error.message.startsWith('seed ') ? Promise.reject(error) : fail(`${name}: ${error.stack}`)));
    if (number % compareEvery === compareEvery - 1) await compare();
  }
  await closeWriters();
  await compare();
  return { operations: counts, comparisons };
}
