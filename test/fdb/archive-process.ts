/** A process of the test of several writers: sixty steps of one member in twenty flushes, and a field that the others write too. */
import { readFileSync } from 'node:fs';
import { nodeContext } from '../../src/base/node.js';
import { readFdbConfig } from '../../src/fdb/config/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { metadata } from './archive-support.js';

const [file, member] = process.argv.slice(2) as [string, string];
const context = nodeContext();
const message = new Uint8Array(readFileSync(file));
const archiver = openArchiver(context, await readFdbConfig(context), { compactAfter: 4 });
for (let step = 0; step < 60; step++) {
  await archiver.archiveKey(metadata({ number: member, step: String(step) }), [message]);
  if (step % 3 === 2) await archiver.flush();
}
await archiver.archiveKey(metadata({ number: '50', step: '0' }), [message]);
await archiver.close();
