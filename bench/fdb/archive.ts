import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Setting } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { type FdbPlace, fdbPlace, fieldsOf, type HammerSize, hammerArgs } from '../support/fdb-place.js';
import { bytesOf } from '../support/inputs.js';
import { cpuName } from '../support/machine.js';
import { interleaved, type Spread, type Subject } from '../support/measure.js';
import { runProcess } from '../support/process.js';
import { beside, floorOf } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

interface Case {
  readonly label: string;
  readonly grid: string;
  readonly bits: number;
  readonly size: HammerSize;
  readonly aim: number;
}

const small: Case = {
  label: '64 kB, flush per 500',
  grid: 'N96',
  bits: 10,
  size: { steps: 4, members: 5, levels: 100, params: 5 },
  aim: 10,
};
const large: Case = {
  label: '3.2 MB, flush per 10',
  grid: 'N640',
  bits: 12,
  size: { steps: 5, members: 10, levels: 10, params: 1 },
  aim: 2,
};

/** Whole processes that set keys of one message, archive it and flush, as `fdb-hammer` does, on a disk in memory and on the real one. */
export const archive: Bench = {
  name: 'fdb/archive',
  about: 'dte fdb hammer: small and large fields, one and several processes, beside fdb-hammer',
  run: async (setting) => {
    const quick = (work: Case): Case => (setting.quick ? { ...work, size: { ...work.size, levels: 2 } } : work);
    await withScratch(async (folder) => {
      for (const work of [small, large]) await oneProcess(setting, folder, quick(work), 'tmpfs');
      for (const processes of [1, 4, 8]) await several(setting, folder, processes);
    });
    await onDisk(setting, quick(large));
  },
};

async function oneProcess(setting: Setting, folder: string, work: Case, disk: string): Promise<void> {
  const { inputs, peers, runs, report, bandwidth } = setting;
  const template = await inputs.template(work.grid, work.bits);
  const place = fdbPlace(folder, 'root');
  const args = hammerArgs(work.size, template);
  const after = (): void => place.clear();
  const own: Subject = { run: () => dte(['fdb', 'hammer', ...args], place.env), after };
  const theirs: Subject[] = typeof peers.fdb === 'string' ? [] : [{ run: () => runProcess('fdb-hammer', args, place.env), after }];
  const bytes = fieldsOf(work.size) * bytesOf(template);
  const written: Subject[] = disk === 'tmpfs' ? [] : [plainWrite(place, bytes)];
  // Runs of many seconds vary little; fewer of them show it.
  const spreads = await interleaved([own, ...theirs, ...written], Math.min(runs, 5));
  const row = {
    bench: archive.name,
    work: 'archive',
    size: `${fieldsOf(work.size)} x ${work.label}, ${disk}`,
    executor: 'host',
    device: cpuName(),
    threads: 1,
    unit: 'ms',
    own: spreads[0] as Spread,
    amount: { count: fieldsOf(work.size), unit: 'fields' },
    aim: { ratio: work.aim },
    floor: floorOf(2 * bytes, await bandwidth('cpu')),
  } as const;
  report({ ...row, ...beside(row.own, 'fdb-hammer', theirs.length === 0 ? (peers.fdb as string) : (spreads[1] as Spread)) });
  if (written.length > 0) {
    const { aim: _, ...rest } = row;
    report({ ...rest, work: 'archive, beside dd', ...beside(row.own, 'dd conv=fdatasync', spreads.at(-1) as Spread) });
  }
}

/** The same octets in one file, written and synced: what the disk itself takes. */
function plainWrite(place: FdbPlace, bytes: number): Subject {
  const file = join(place.root, 'plain');
  const block = 3_200_000;
  const count = Math.ceil(bytes / block);
  return {
    run: () => runProcess('dd', ['if=/dev/zero', `of=${file}`, `bs=${block}`, `count=${count}`, 'conv=fdatasync', 'status=none']),
    after: () => rmSync(file, { force: true }),
  };
}

async function onDisk(setting: Setting, work: Case): Promise<void> {
  const folder = join(setting.inputs.folder, '..', 'disk');
  mkdirSync(folder, { recursive: true });
  try {
    await oneProcess(setting, folder, work, 'disk');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Processes that write into one database at the same time, each a member of its own. Nothing may be lost. */
async function several(setting: Setting, folder: string, processes: number): Promise<void> {
  const { inputs, peers, runs, report, quick, bandwidth } = setting;
  const size: HammerSize = { steps: 5, members: 1, levels: quick ? 2 : 50, params: 5 };
  const template = await inputs.template(small.grid, small.bits);
  const place = fdbPlace(folder, 'root');
  const members = Array.from({ length: processes }, (_, index) => hammerArgs(size, template, index + 1));
  const fields = processes * fieldsOf(size);
  const counted = async (): Promise<void> => {
    const listed = await linesOf(place);
    place.clear();
    if (listed !== fields) throw new Error(`${listed} of ${fields} fields are listed`);
  };
  const own: Subject = { run: () => Promise.all(members.map((args) => dte(['fdb', 'hammer', ...args], place.env))), after: counted };
  const theirs: Subject[] =
    typeof peers.fdb === 'string'
      ? []
      : [{ run: () => Promise.all(members.map((args) => runProcess('fdb-hammer', args, place.env))), after: counted }];
  const [spread, peer] = await interleaved([own, ...theirs], Math.min(runs, 5));
  report({
    bench: archive.name,
    work: `archive, ${processes} process${processes === 1 ? '' : 'es'} at once`,
    size: `${fields} x 64 kB, tmpfs`,
    executor: 'host',
    device: cpuName(),
    threads: processes,
    unit: 'ms',
    own: spread as Spread,
    amount: { count: fields, unit: 'fields' },
    ...beside(spread as Spread, 'fdb-hammer', peer ?? (peers.fdb as string)),
    floor: floorOf(2 * fields * bytesOf(template), await bandwidth('cpu')),
  });
}

async function linesOf(place: FdbPlace): Promise<number> {
  const { execFileSync } = await import('node:child_process');
  const { dteProgram } = await import('../support/dte.js');
  const text = execFileSync(process.execPath, [dteProgram, 'fdb', 'list', '--porcelain', 'class=rd,expver=hm01'], {
    env: { ...process.env, ...place.env },
    encoding: 'latin1',
    maxBuffer: 2 ** 30,
  });
  return text.split('\n').filter((line) => line !== '').length;
}
