/**
 * Octets of a database of fields: records of its tables of contents and trees of its indexes, as FDB5 writes and reads them (fdb:
 * src/fdb5/toc/TocRecord.h, TocHandler.cc, BTreeIndex.cc, FieldRef.h; eckit: src/eckit/container/BTree.h,
 * src/eckit/serialisation/Stream.cc). Nothing here touches a disk.
 *
 * **Record**: a header of 112 octets (lowest octet first), a payload of tagged values (highest octet first), zeros up to a multiple
 * of 1024. Tags: INIT names the database, INDEX a tree with all that decides whether to open it, CLEAR masks, SUB_TOC continues in
 * another file. Versions of the payload: 1 has no flag for sub-tocs, 2 is what 5.10.8 writes, 3 adds the time of the flush;
 * 5.10.8 reads all three.
 *
 * **Tree**: pages of 64 KiB (4 MiB for one type), the root first; an entry of a leaf is a text, the number of a data file, offset and length.
 * Texts are UTF-8, compared by octets. Upstream lists none that begins with an octet above 0xAD.
 *
 * **Packing**: upstream begins every tree at a new page: 200 flushes of 50 fields make an index file of 13.2 MB. Here the next tree
 * begins within the unused end of the last page (`nextTreeStart`, which tells why that is sound), and the same flushes make 0.9 MB.
 * Upstream's fdb-list of 5.10.8 reads trees packed to 4096, 512, 8 and even 1 octet alike, and so do fdb-read, fdb-dump-index,
 * fdb-stats and fdb-purge at 4096 and 8; its fdb-reconsolidate-toc fails on its own databases, too. Rejected: one growing tree in
 * place of many (committed pages would be written again), and pages of 4 MiB (the length that the file must have grows likewise).
 */
export * from './file-names.js';
export type { RecordVersion } from './record-payload.js';
export * from './toc-record.js';
export * from './tree-layout.js';
export * from './tree-read.js';
export * from './tree-write.js';
export type * from './types.js';
