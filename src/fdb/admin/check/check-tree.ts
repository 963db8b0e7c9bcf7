import { isDteError, type ReadableFile } from '../../../base/index.js';
import { pageHeaderBytes, type TreeLayout, treeLayout } from '../../format/index.js';
import type { FindingKind } from './findings.js';

export interface TreeFault {
  readonly kind: Extract<FindingKind, 'index.missing' | 'index.page' | 'index.order' | 'index.link'>;
  readonly message: string;
  /** Octet in the file. */
  readonly offset: number;
}

/** Four levels hold 10^12 entries. */
const mostLevels = 8;

interface Page {
  readonly number: number;
  readonly isNode: boolean;
  readonly count: number;
  readonly left: number;
  readonly right: number;
  readonly bytes: Uint8Array;
}

/**
 * Walks every page of a tree from its root: numbers, counts, order of the texts within and across pages, and that the leaves are linked from the
 * first to the last. Gives the faults; a tree without any is found whole by listings and by lookups alike.
 */
export async function checkTree(file: ReadableFile, treeStart: number, type: string): Promise<readonly TreeFault[]> {
  const faults: TreeFault[] = [];
  let layout: TreeLayout;
  try {
    layout = treeLayout(type);
  } catch (error) {
    return [{ kind: 'index.page', message: isDteError(error) ? error.reason : String(error), offset: treeStart }];
  }
  const leaves: Page[] = [];
  const seen = new Set<number>();
  let previous: string | undefined;
  const startOf = (page: number): number => treeStart + (page - 1) * layout.pageBytes;
  const fault = (kind: TreeFault['kind'], page: number, message: string): void =>
    void faults.push({ kind, message: `page ${page} ${message}`, offset: startOf(page) });

  const walk = async (number: number, depth: number, low: string | undefined, high: string | undefined): Promise<void> => {
    if (number < 1 || seen.has(number) || depth > mostLevels) {
      fault('index.link', Math.max(1, number), seen.has(number) ? 'is reached twice' : 'cannot be');
      return;
    }
    seen.add(number);
    const page = await readPage(file, startOf(number), number, layout, (kind, message) => fault(kind, number, message));
    if (page === undefined) return;
    const texts = textsOf(page, layout);
    for (const [entry, text] of texts.entries()) {
      const before = entry === 0 ? low : texts[entry - 1];
      const isBelow = before !== undefined && (entry === 0 && page.isNode ? text < before : entry === 0 ? text < before : text <= before);
      if (isBelow || (high !== undefined && text >= high)) {
        fault('index.order', number, `has '${printable(text)}' out of its place`);
        break;
      }
    }
    if (!page.isNode) {
      if (previous !== undefined && texts[0] !== undefined && texts[0] <= previous)
        fault('index.order', number, `begins with '${printable(texts[0])}', which does not follow the page before`);
      previous = texts.at(-1) ?? previous;
      leaves.push(page);
      return;
    }
    await walk(page.left, depth + 1, low, texts[0]);
    for (let entry = 0; entry < page.count; entry++)
      await walk(childOf(page, entry, layout), depth + 1, texts[entry], texts[entry + 1] ?? high);
  };
  await walk(1, 0, undefined, undefined);
  leaves.forEach((leaf, index) => {
    const next = leaves[index + 1]?.number ?? 0;
    if (leaf.right !== next) fault('index.link', leaf.number, `is followed by page ${leaf.right}, not by page ${next}`);
    const before = leaves[index - 1]?.number ?? 0;
    if (leaf.left !== before) fault('index.link', leaf.number, `is preceded by page ${leaf.left}, not by page ${before}`);
  });
  return faults;
}

async function readPage(
  file: ReadableFile,
  start: number,
  number: number,
  layout: TreeLayout,
  fault: (kind: TreeFault['kind'], message: string) => void,
): Promise<Page | undefined> {
  const bytes = await file.read(start, layout.pageBytes);
  if (bytes.length < pageHeaderBytes) {
    fault('index.missing', `lies beyond the end of the file (${file.sizeBytes ?? 0} octets)`);
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const long = (at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const [id, count, node, left, right] = [0, 8, 16, 24, 32].map(long) as [number, number, number, number, number];
  const isNode = node !== 0;
  const entryBytes = isNode ? layout.nodeEntryBytes : layout.leafEntryBytes;
  if (id !== number) fault('index.page', `has the number ${id}`);
  else if (count > Math.floor((layout.pageBytes - pageHeaderBytes) / entryBytes) || (isNode && count === 0))
    fault('index.page', `states ${count} entries`);
  else if (pageHeaderBytes + count * entryBytes > bytes.length) fault('index.missing', 'is cut off by the end of the file');
  else return { number, isNode, count, left, right, bytes };
  return undefined;
}

/** Octets as characters, so that texts compare as octets do. */
function textsOf(page: Page, { keyBytes, leafEntryBytes, nodeEntryBytes }: TreeLayout): readonly string[] {
  const entryBytes = page.isNode ? nodeEntryBytes : leafEntryBytes;
  const texts: string[] = [];
  for (let entry = 0; entry < page.count; entry++) {
    const at = pageHeaderBytes + entry * entryBytes;
    let text = '';
    for (let octet = at; octet < at + keyBytes && page.bytes[octet] !== 0; octet++)
      text += String.fromCharCode(page.bytes[octet] as number);
    texts.push(text);
  }
  return texts;
}

function childOf(page: Page, entry: number, { keyBytes, nodeEntryBytes }: TreeLayout): number {
  const at = pageHeaderBytes + entry * nodeEntryBytes + keyBytes;
  return new DataView(page.bytes.buffer, page.bytes.byteOffset).getUint32(at, true);
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
