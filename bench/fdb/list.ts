import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { Bench, Setting } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { type FdbPlace, fdbPlace, fieldsOf, type HammerSize, hammerArgs, hammerRequest } from '../support/fdb-place.js';
import { bytesOf } from '../support/inputs.js';
import { cpuName } from '../support/machine.js';
import { interleaved, type Spread, type Subject } from '../support/measure.js';
import { runProcess } from '../support/process.js';
import { beside, floorOf } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

/** Whole processes on databases that our own hammer wrote: listing, and one request for everything. */
export const list: Bench = {
  name: 'fdb/list',
  about: 'dte fdb list and read, start included, beside fdb-list and fdb-read; size of indexes',
  run: (setting) =>
    withScratch(async (folder) => {
      await indexBytes(setting, folder);
      await listRow(setting, folder, { steps: 20, members: 10, levels: 10, params: 5 }, 2);
      await listRow(setting, folder, { steps: 20, members: 10, levels: setting.quick ? 20 : 1000, params: 5 }, 5);
      await readRow(setting, folder, { steps: 20, members: 10, levels: setting.quick ? 2 : 10, params: 5 });
    }),
};

async function indexBytes(setting: Setting, folder: string): Promise<void> {
  const { inputs, peers, report } = setting;
  const size: HammerSize = { steps: 20, members: 10, levels: 10, params: 5 };
  const place = fdbPlace(folder, 'root');
  const args = hammerArgs(size, await inputs.emptyTemplate());
  const mebibytes = (write: () => Promise<unknown>): Subject => ({
    run: async () => {
      await write();
      return place.bytes('.index') / 2 ** 20;
    },
    after: () => place.clear(),
  });
  const theirs = typeof peers.fdb === 'string' ? [] : [mebibytes(() => runProcess('fdb-hammer', args, place.env))];
  const [own, peer] = await interleaved([mebibytes(() => dte(['fdb', 'hammer', ...args], place.env)), ...theirs], 1, 0);
  report({
    bench: list.name,
    work: 'octets of indexes',
    size: '200 flushes x 50 fields',
    executor: 'host',
    device: cpuName(),
    threads: 1,
    unit: 'MiB',
    own: own as Spread,
    aim: { ratio: 4 },
    ...beside(own as Spread, 'fdb-hammer', peer ?? (peers.fdb as string)),
  });
}

async function listRow(setting: Setting, folder: string, size: HammerSize, aim: number): Promise<void> {
  const { inputs, peers, runs, report, bandwidth } = setting;
  const place = fdbPlace(folder, 'root');
  await dte(['fdb', 'hammer', ...hammerArgs(size, await inputs.emptyTemplate())], place.env);
  const request = 'class=rd,expver=hm01';
  const theirs: Subject[] =
    typeof peers.fdb === 'string' ? [] : [{ run: () => runProcess('fdb-list', ['--minimum-keys=', '--porcelain', request], place.env) }];
  const own: Subject = { run: () => dte(['fdb', 'list', '--minimum-keys=', '--porcelain', request], place.env) };
  const [spread, peer] = await interleaved([own, ...theirs], Math.min(runs, 5));
  report({
    bench: list.name,
    work: 'list',
    size: `${fieldsOf(size)} entries, ${size.steps * size.members} flushes`,
    executor: 'host',
    device: cpuName(),
    threads: 1,
    unit: 'ms',
    own: spread as Spread,
    amount: { count: fieldsOf(size), unit: 'fields' },
    aim: { ratio: aim },
    ...beside(spread as Spread, 'fdb-list', peer ?? (peers.fdb as string)),
    floor: floorOf(place.bytes('.index'), await bandwidth('cpu')),
  });
  place.clear();
}

async function readRow(setting: Setting, folder: string, size: HammerSize): Promise<void> {
  const { inputs, peers, runs, report, bandwidth } = setting;
  const place: FdbPlace = fdbPlace(folder, 'root');
  const template = await inputs.template('N96', 10);
  await dte(['fdb', 'hammer', ...hammerArgs(size, template)], place.env);
  const request = join(folder, 'all.req');
  writeFileSync(request, `${hammerRequest(size)}\n`);
  const target = join(folder, 'out.grib2');
  const subject = (run: () => Promise<unknown>): Subject => ({
    run,
    after: () => {
      if (bytesOf(target) !== fieldsOf(size) * bytesOf(template)) throw new Error(`only ${bytesOf(target)} octets were read`);
    },
  });
  const theirs = typeof peers.fdb === 'string' ? [] : [subject(() => runProcess('fdb-read', ['--raw', request, target], place.env))];
  const own = subject(() => dte(['fdb', 'read', '--raw', request, target], place.env));
  const [spread, peer] = await interleaved([own, ...theirs], Math.min(runs, 5));
  const bytes = fieldsOf(size) * bytesOf(template);
  report({
    bench: list.name,
    work: 'retrieve, one request',
    size: `${fieldsOf(size)} x 64 kB, tmpfs`,
    executor: 'host',
    device: cpuName(),
    threads: 1,
    unit: 'ms',
    own: spread as Spread,
    amount: { count: fieldsOf(size), unit: 'fields' },
    aim: { ratio: 3 },
    ...beside(spread as Spread, 'fdb-read', peer ?? (peers.fdb as string)),
    floor: floorOf(4 * bytes, await bandwidth('cpu')),
  });
}
