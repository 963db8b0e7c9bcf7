import { formatKey, type IndexRecord, type RecordHeader, type TocRecord } from '../../../fdb/index.js';

/** How much of a record is shown: one line, or with its data files and axes. */
export interface RecordStyle {
  readonly isSimple: boolean;
  /** Absolute path of a data file that a record names. */
  dataFile(id: number): string;
  userName(uid: number): string;
}

const labels = { init: 'TOC_INIT', index: 'TOC_INDEX', clear: 'TOC_CLEAR', 'sub-toc': 'TOC_SUB_TOC' } as const;

/** One record of a table of contents as `fdb-dump` prints it. */
export function recordText(record: TocRecord, style: RecordStyle): string {
  const separator = style.isSimple ? '  ' : '\n  ';
  return `${labels[record.kind].padEnd(9)} ${headerText(record.header, style)}${separator}${contentText(record, separator, style)}\n`;
}

function contentText(record: TocRecord, separator: string, style: RecordStyle): string {
  const blank = style.isSimple ? '' : '\n';
  switch (record.kind) {
    case 'init':
      return `Key: ${formatKey(record.key)}, sub-toc: ${record.isSubToc ? 'yes' : 'no'}${blank}`;
    case 'index':
      return `${indexText(record, separator)}${style.isSimple ? '' : `\n${filesText(record, style, 'left')}${axesText(record)}`}`;
    case 'clear':
      return `Path: ${record.file}, offset: ${record.offset}`;
    case 'sub-toc':
      return `Path: ${record.path}`;
  }
}

/** Place, type and key of an index. */
export function indexText(record: IndexRecord, separator: string): string {
  return `Path: ${record.file}, offset: ${record.offset}, type: ${record.treeType}${separator}Key: ${formatKey(record.key)}`;
}

export function filesText(record: IndexRecord, { dataFile }: Pick<RecordStyle, 'dataFile'>, side: 'left' | 'right'): string {
  const lines = [...record.dataFiles.keys()].map((id) => {
    const number = side === 'left' ? String(id).padEnd(3) : String(id).padStart(3);
    return `    ${number} => URI[scheme=file,name=${dataFile(id)}]\n`;
  });
  return `  Files:\n${lines.join('')}`;
}

export function axesText({ axes }: IndexRecord): string {
  const lines = [...axes].map(([keyword, values]) => `    ${keyword}\n${values.map((value) => `      ${value}\n`).join('')}`);
  return `  Axes:\n${lines.join('')}`;
}

function headerText({ timeMs, version, fdbVersion, uid, pid, host }: RecordHeader, { userName }: Pick<RecordStyle, 'userName'>): string {
  return `${timeText(timeMs)}, version:${version}, fdb: ${fdbVersion}, uid: ${userName(uid).padEnd(4)}, pid ${String(pid).padEnd(5)}, host: ${host}`;
}

/** UTC with microseconds. */
function timeText(timeMs: number): string {
  const microseconds = Math.round(timeMs * 1000);
  const whole = Math.floor(microseconds / 1e6);
  const text = new Date(whole * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}.${String(microseconds - whole * 1e6).padStart(6, '0')}`;
}
