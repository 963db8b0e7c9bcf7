import type { Context, Disk } from '../../../base/index.js';
import type { FdbConfig } from '../../config/index.js';
import type { Database, IndexRef } from '../../database/index.js';
import type { Findings } from './findings.js';

export interface CheckDepth {
  /** `none`: places only. `ends`, and so unless told: beginning, stated length and end of every message. `keys`: its MARS keys against its entry, too. */
  readonly messages?: 'none' | 'ends' | 'keys';
}

/** A folder of a database. */
export interface CheckedPlace {
  readonly path: string;
  readonly store: string;
}

export interface FolderCheck {
  readonly database: Database | undefined;
  readonly findings: Findings;
  readonly counts: { tocRecords: number; indexes: number; entries: number; messages: number; dataFiles: number };
}

/** A check on its way. */
export interface Walk {
  readonly context: Context;
  readonly config: FdbConfig;
  readonly disk: Disk;
  readonly place: CheckedPlace;
  readonly findings: Findings;
  readonly counts: FolderCheck['counts'];
  readonly depth: CheckDepth;
  /** Data file -> places that entries refer to. */
  readonly extents: Map<string, Extent[]>;
  /** Data files of which not every entry is known. */
  readonly damagedFiles: Set<string>;
}

/** A place that an entry refers to. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  readonly ref: IndexRef;
}
