/** One of several writers: fields of its own in many flushes, and fields that all of them write. Its journal has a line for each flush that is begun and done. */
import { openSync, writeSync } from 'node:fs';
import { nodeDisk } from '../../../src/base/node.js';
import { keyOf, messageOf, params } from './fields.js';
import { openStore } from './stores.js';

const [folder, journalFile, writerText, flushesText, compactText] = process.argv.slice(2) as [string, string, string, string, string];
const journal = openSync(journalFile, 'a');
const fdb = await openStore(nodeDisk, folder, { compactAfter: compactText === 'compact' ? 3 : Infinity });
for (let flush = 0; flush < Number(flushesText); flush++) {
  for (const param of params) {
    const own = `aaaa/pl/${1000 * Number(writerText) + flush}/${param}`;
    await fdb.archiveKey(keyOf(own), [messageOf(own, '1', 500)]);
    if (flush > 0 && compactText !== 'compact') continue;
    const shared = `aaaa/ml/0/${param}`;
    await fdb.archiveKey(keyOf(shared), [messageOf(shared, `${writerText}.${flush}`, 500)]);
  }
  writeSync(journal, 'b');
  await fdb.flush();
  writeSync(journal, 'd');
}
await fdb.close();
