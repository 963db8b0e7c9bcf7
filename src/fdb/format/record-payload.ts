import { DteError } from '../../base/index.js';
import type { Key } from '../types.js';
import { type KnownTexts, type StreamReader, type StreamWriter, streamReader, streamWriter } from './stream.js';
import type { IndexContent, RecordContent } from './types.js';

/** The versions of records that are known. */
export type RecordVersion = 1 | 2 | 3;

/** Kind of a record -> the octet that stands for it. */
export const recordTags: Readonly<Record<RecordContent['kind'], number>> = { init: 0x74, index: 0x69, clear: 0x63, 'sub-toc': 0x73 };

const kinds = new Map(Object.entries(recordTags).map(([kind, octet]) => [octet, kind as RecordContent['kind']]));

/** The kind that a tag stands for. */
export function kindOf(octet: number): RecordContent['kind'] | undefined {
  return kinds.get(octet);
}

export function encodePayload(content: RecordContent, version: RecordVersion): Uint8Array<ArrayBuffer> {
  const out = streamWriter();
  switch (content.kind) {
    case 'init':
      writeKey(out, content.key);
      // Version 1 has no sub-tocs.
      if (version > 1) out.flag(content.isSubToc);
      break;
    case 'index':
      writeIndex(out, content, version);
      break;
    case 'clear':
      out.text(content.file);
      out.long(content.offset);
      break;
    case 'sub-toc':
      out.text(content.path);
      out.long(0);
      break;
  }
  return out.bytes();
}

/** Reads from [start, end); `end` of the result is where the padding begins. Throws `data.toc`. */
export function decodePayload(
  kind: RecordContent['kind'],
  version: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  known?: KnownTexts,
): { readonly content: RecordContent; readonly end: number } {
  const from = streamReader(bytes, start, end, known);
  return { content: readContent(from, kind, version), end: from.position() };
}

function readContent(from: StreamReader, kind: RecordContent['kind'], version: number): RecordContent {
  switch (kind) {
    case 'init': {
      const key = readKey(from);
      return { kind, key, isSubToc: version > 1 && from.flag() };
    }
    case 'index':
      return readIndex(from, version);
    case 'clear':
      return { kind, file: from.text(), offset: from.number() };
    case 'sub-toc': {
      const path = from.text();
      from.number();
      return { kind, path };
    }
  }
}

function writeIndex(out: StreamWriter, content: IndexContent, version: RecordVersion): void {
  out.text(content.file);
  out.long(content.offset);
  out.text(content.treeType);
  out.unsignedLong(content.dataFiles.size);
  for (const [id, path] of content.dataFiles) {
    out.unsignedLong(id);
    out.text(path);
  }
  if (version >= 3) {
    out.startObject();
    out.text('size');
    out.unsignedLong(content.axes.size);
    out.text('axes');
    writeAxes(out, content.axes);
    out.endObject();
    out.startObject();
    out.text('key');
    writeKey(out, content.key);
    out.text('type');
    out.text(content.treeType);
    out.text('time');
    out.long(Math.floor(content.flushedMs / 1000));
    out.endObject();
  } else {
    out.unsignedLong(content.axes.size);
    writeAxes(out, content.axes);
    writeKey(out, content.key);
    // A field that nobody reads any more.
    out.text('');
    out.text(content.treeType);
  }
}

function readIndex(from: StreamReader, version: number): IndexContent {
  const file = from.text();
  const offset = from.number();
  let treeType = from.text();
  const dataFiles = new Map<number, string>();
  for (let left = from.number(); left > 0; left--) dataFiles.set(from.number(), from.text());
  let axes: IndexContent['axes'] = new Map();
  let key: Key | undefined;
  let flushedMs = 0;
  if (version >= 3) {
    let size = 0;
    readObject(from, { size: () => (size = from.number()), axes: () => (axes = readAxes(from, size)) });
    readObject(from, {
      key: () => (key = readKey(from)),
      type: () => (treeType = from.text()),
      time: () => (flushedMs = from.number() * 1000),
    });
  } else {
    axes = readAxes(from, from.number());
    key = readKey(from);
    from.text();
    treeType = from.text();
  }
  if (key === undefined) throw new DteError('data.toc', `an index record does not tell the key of its group`);
  return { kind: 'index', file, offset, treeType, dataFiles, axes, key, flushedMs };
}

/** Fields by name, in any order. */
function readObject(from: StreamReader, fields: Readonly<Record<string, () => void>>): void {
  from.startObject();
  while (!from.endsObject()) {
    const name = from.text();
    if (!Object.hasOwn(fields, name))
      throw new DteError('data.toc', `an index record has the field '${name}'`, {
        hint: `known fields: ${Object.keys(fields).join(', ')}`,
      });
    (fields[name] as () => void)();
  }
}

/** Keywords in alphabetical order, as a sorted map of the reader wants them; the values lie sorted already. */
function writeAxes(out: StreamWriter, axes: IndexContent['axes']): void {
  for (const keyword of [...axes.keys()].sort()) {
    const values = axes.get(keyword) as readonly string[];
    out.text(keyword);
    out.unsignedLong(values.length);
    for (const value of values) out.text(value);
  }
}

function readAxes(from: StreamReader, size: number): IndexContent['axes'] {
  const axes = new Map<string, readonly string[]>();
  for (let left = size; left > 0; left--) {
    const keyword = from.text();
    const values: string[] = [];
    for (let more = from.number(); more > 0; more--) values.push(from.text());
    axes.set(keyword, values);
  }
  return axes;
}

/** Pairs sorted by keyword, then the keywords in the order of the schema. Upstream once gave each its type, and now an empty text. */
function writeKey(out: StreamWriter, key: Key): void {
  out.unsignedLong(key.size);
  for (const keyword of [...key.keys()].sort()) {
    out.text(keyword);
    out.text(key.get(keyword) as string);
  }
  out.unsignedLong(key.size);
  for (const keyword of key.keys()) {
    out.text(keyword);
    out.text('');
  }
}

function readKey(from: StreamReader): Key {
  const values = new Map<string, string>();
  for (let left = from.number(); left > 0; left--) values.set(from.text(), from.text());
  const key = new Map<string, string>();
  for (let left = from.number(); left > 0; left--) {
    const keyword = from.text();
    from.text();
    key.set(keyword, values.get(keyword) ?? '');
  }
  for (const [keyword, value] of values) if (!key.has(keyword)) key.set(keyword, value);
  return key;
}
