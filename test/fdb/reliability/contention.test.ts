/**
 * Eight processes write one database at once, fields of their own and fields that all of them write, while a reader lists all the time: every listing has all that was reported as
 * flushed before it began, nothing that was not archived when it ended, and each field whole. Nothing is lost; of the common fields one of each shows.
 * Long: `node build/test/fdb/reliability/contention.test.js --long`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { nodeDisk } from '../../../src/base/node.js';
import { type FoundField, foundFields, params } from './fields.js';
import { checked, isLong, layFolder, openStore } from './stores.js';

if (isLong) t.setTimeout(3_600_000);
const writers = 8;
const flushes = isLong ? 400 : 25;
const child = fileURLToPath(new URL('contention-child.js', import.meta.url));
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

for (const how of ['plain', 'compact'])
  t.test(how === 'plain' ? 'eight writers and a reader' : 'eight writers that compact in the end, and a reader', async (t) => {
    if (isLong) t.setTimeout(3_600_000);
    const folder = mkdtempSync(join(base, 'fdb-contention-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    layFolder(folder);
    const journals = Array.from({ length: writers }, (_, writer) => join(folder, `journal.${writer}`));
    const counts = (letter: string): readonly number[] =>
      journals.map((file) => (existsSync(file) ? readFileSync(file, 'latin1').split(letter).length - 1 : 0));
    let running = writers;
    const ended = journals.map(
      (journal, writer) =>
        new Promise<string>((resolve) => {
          const started = spawn(process.execPath, [child, folder, journal, String(writer), String(flushes), how], {
            stdio: ['ignore', 'ignore', 'pipe'],
          });
          let stderr = '';
          started.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
          started.on('close', (code) => {
            running--;
            resolve(code === 0 ? '' : `writer ${writer} ended with ${code}: ${stderr}`);
          });
        }),
    );
    const reader = await openStore(nodeDisk, folder);
    const torn: string[] = [];
    let listings = 0;
    let isLast = false;
    let found: readonly FoundField[] = [];
    for (;;) {
      isLast = running === 0;
      const done = counts('d');
      // A torn record may be met for a moment; nothing else may, and what was there before it shows.
      found = await foundFields(reader, nodeDisk, {
        onDamage: (error) => void (error.message.includes('the last record is not complete') || torn.push(error.message)),
      });
      const begun = counts('b');
      listings++;
      const shown = new Map(found.map(({ name, version }) => [name, version]));
      if (shown.size !== found.length) torn.push('a field shows twice');
      for (const { name, version } of found) {
        const [, levtype, step] = name.split('/') as [string, string, string];
        const [writer, flush] = [Math.floor(Number(step) / 1000), Number(step) % 1000];
        if (version === undefined) torn.push(`${name} is not whole`);
        if (levtype === 'pl' && flush >= (begun[writer] as number)) torn.push(`${name} shows before its flush`);
      }
      for (const [writer, count] of done.entries())
        for (let flush = 0; flush < count; flush++)
          for (const param of params)
            if (!shown.has(`aaaa/pl/${1000 * writer + flush}/${param}`)) torn.push(`flush ${flush} of writer ${writer} is lost`);
      if (done.some((count) => count > 0) && params.some((param) => !shown.has(`aaaa/ml/0/${param}`))) torn.push('a common field is lost');
      if (isLast || torn.length > 0) break;
    }
    t.same(torn, []);
    t.same(
      (await Promise.all(ended)).filter((text) => text !== ''),
      [],
    );
    t.ok(listings > 5, `${listings} listings`);
    t.equal(found.length, params.length * (writers * flushes + 1));
    const full = await foundFields(reader, nodeDisk, { masked: 'include' });
    if (how === 'plain')
      t.equal(full.length, params.length * (writers * flushes + writers), 'the common fields are there once for each writer');
    t.same(
      full.filter(({ version }) => version === undefined),
      [],
    );
    for (const report of await checked(reader)) t.same(report.findings, []);
  });
