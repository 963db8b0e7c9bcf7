/**
 * Processes killed (SIGKILL) at random points of wipe and move of whole databases, and of the writing before it, half of them within one operation of the disk, a write after a part of its octets.
 * After each: all that was reported as flushed is there octet by octet, nothing else shows, a check finds no error, and the next writer works.
 * Long (hundreds of kills): `node build/test/fdb/reliability/kill-admin.test.js --long`. A failure prints its seed: DTE_SEED=... repeats it.
 */
import t from 'tap';
import { killRounds, type Work } from './kill-rounds.js';
import { isLong } from './stores.js';

if (isLong) t.setTimeout(3_600_000);
const works: readonly Work[] = ['wiping', 'moving'];

for (const work of works) t.test(`killed while ${work}`, (t) => killRounds(t, work));
