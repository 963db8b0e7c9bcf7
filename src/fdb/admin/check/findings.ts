import type { DteError } from '../../../base/index.js';

/**
 * `error`: something that was flushed is lost or cannot be read. `warning`: nothing is lost, but something is not as it should be.
 * `note`: harmless leftovers.
 */
export type Severity = 'error' | 'warning' | 'note';

/** What a check can find, each with what it means. */
export const FINDINGS = {
  'toc.torn': 'the last record of a table of contents is incomplete: its writer was stopped, or is writing',
  'toc.record': 'octets within a table of contents are no record: what they said is lost',
  'toc.key': 'a table of contents names no database, or another one than the folder does',
  'toc.sub-toc': 'a table of contents that another refers to is missing',
  'toc.group': 'no rule of the schema makes the key of an index',
  'schema.missing': 'the schema of the database is gone or cannot be read',
  'index.missing': 'an index file that a record names is missing or too short',
  'index.page': 'a page of an index is damaged',
  'index.order': 'entries of an index are not in order, so that some are not found',
  'index.link': 'pages of an index are not linked as they should be',
  'index.key': 'the text of an entry does not fit the schema',
  'index.axis': 'an entry has a value that its record does not list, so that requests pass it by',
  'index.data-file': 'an entry names a data file that its record does not list',
  'data.missing': 'a data file is missing',
  'data.short': 'an entry goes beyond the end of its data file',
  'data.message': 'what an entry refers to is no whole GRIB message',
  'data.key': 'a message has another key than its entry',
  'orphan.data': 'no record names a data file',
  'orphan.index': 'no record names an index file',
  'orphan.toc': 'no record names a sub-toc',
  'orphan.messages': 'whole messages at the end of a data file have no entry: they were never flushed',
  'orphan.octets': 'octets at the end of a data file are no whole message',
  'lock.stale': 'a lock of a repair was left by a process that was stopped',
  'temporary.stale': 'a file that was to be renamed was left by a process that was stopped',
  'remnant.wipe': 'a wipe was cut short: wipe again',
  'remnant.move': 'a move was cut short: move again',
  'unknown.file': 'a file is not of the database',
} as const;

export type FindingKind = keyof typeof FINDINGS;

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** What, with the values met. */
  readonly message: string;
  /** Absolute. */
  readonly file: string;
  /** Octet in the file. */
  readonly offset: number | undefined;
  /** `possible`: `repair` would do it; `on-request`: `repair` with `adopt` would. */
  readonly repair: 'done' | 'possible' | 'on-request' | 'none';
  readonly error: DteError | undefined;
}

/** A finding on its way, with what would repair it. */
export interface OpenFinding extends Omit<Finding, 'repair' | 'offset' | 'error'> {
  readonly offset?: number | undefined;
  readonly error?: DteError | undefined;
  readonly isOnRequest?: boolean;
  /** Gives false when nothing could be done after all. */
  readonly fix?: (() => Promise<boolean>) | undefined;
}

/** Takes findings, and gives them in the order of files and offsets. Of one kind in one file, more than `mostAlike` are counted only. */
export interface Findings {
  add(finding: OpenFinding): void;
  readonly all: readonly OpenFinding[];
}

const mostAlike = 100;

export function findingsList(): Findings {
  const all: OpenFinding[] = [];
  const counts = new Map<string, number>();
  return {
    all,
    add(finding) {
      const name = `${finding.kind}\0${finding.file}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (count < mostAlike) all.push(finding);
      else if (count === mostAlike)
        all.push({ ...finding, message: `${finding.message}; further findings of this kind in this file are not listed` });
    },
  };
}
