import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type FoundField, indexJumpsOf, openJumper, sidecarEnding } from '../../src/fdb/jump/index.js';
import { seeded } from '../../test/support/random.js';
import type { Bench, Setting } from '../support/bench.js';
import { bytesOf, messagesOf } from '../support/inputs.js';
import { cpuName } from '../support/machine.js';
import { interleaved, type Spread, type Subject } from '../support/measure.js';
import { beside, floorOf } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

/**
 * Random points of each of many fields, from files to host arrays, infos from sidecars that are read anew in every run. ecCodes: the
 * whole message read and decoded. Both in ms a field; files in memory.
 */
export const jump: Bench = {
  name: 'fdb/jump',
  about: '100 random points from each of 1 000 CCSDS fields, beside reading and decoding them whole',
  run: (setting) => withScratch((folder) => jumpRow(setting, folder)),
};

const messagesPerFile = 4;
const pointsPerField = 100;

async function jumpRow(setting: Setting, folder: string): Promise<void> {
  const { context, inputs, peers, runs, report, bandwidth } = setting;
  const grid = gridFromSpec(setting.quick ? 'O96' : 'O1280');
  const count = setting.quick ? 40 : 1000;
  const path = join(folder, 'fields.grib2');
  writeFileSync(path, readFileSync(await inputs.grib({ grid: grid.name as string, fields: messagesPerFile, packing: 'ccsds' })));
  const fields = await fieldsUnderManyNames(setting, path, count);
  const random = seeded(1);
  const indices = Array.from({ length: pointsPerField }, () => Math.floor(random() * grid.points));
  const { threads } = setting;
  const own: Subject = {
    async run() {
      const jumper = openJumper(context, { lazy: false, ...(threads === undefined ? {} : { threads }) });
      const start = performance.now();
      let read = 0;
      for await (const { values } of jumper.extractFrom([{ fields, indices }])) read += values[0]?.length ?? 0;
      const milliseconds = performance.now() - start;
      await jumper.close();
      if (read !== count * pointsPerField) throw new Error(`only ${read} values were read`);
      return milliseconds / count;
    },
  };
  const { eccodes } = peers;
  const peer = typeof eccodes === 'string' ? undefined : await eccodes.open('decode', path);
  const theirs: Subject = {
    async run() {
      const start = performance.now();
      readFileSync(path);
      const reading = performance.now() - start;
      return (reading + ((await peer?.run()) ?? 0)) / messagesPerFile;
    },
  };
  try {
    const [spread, whole] = await interleaved(peer === undefined ? [own] : [own, theirs], Math.min(runs, 5));
    report({
      bench: jump.name,
      work: `${pointsPerField} points a field`,
      size: `${count} ${grid.name} CCSDS fields, ms a field`,
      executor: 'host',
      device: cpuName(),
      threads: threads ?? context.workers.threads,
      unit: 'ms',
      own: spread as Spread,
      amount: { count: 1, unit: 'fields' },
      aim: { ratio: 50 },
      ...beside(spread as Spread, typeof eccodes === 'string' ? 'ecCodes' : `${eccodes.label}, whole field`, whole ?? (eccodes as string)),
      // The intervals that hold the points: each is a part of the message.
      floor: floorOf(
        (bytesOf(path) / messagesPerFile) * Math.min(1, pointsPerField / Math.ceil(grid.points / 4096)),
        await bandwidth('cpu'),
      ),
    });
  } finally {
    peer?.close();
  }
}

/** The messages of a file under so many names that every field has a jump info of its own; the octets are there once. */
async function fieldsUnderManyNames({ context }: Setting, path: string, count: number): Promise<readonly FoundField[]> {
  const messages = await messagesOf(context, path);
  const locations = messages.map(({ where, bytes }) => ({ file: path, offset: where.offset ?? 0, length: bytes.length }));
  await indexJumpsOf(context, locations);
  const fields: FoundField[] = [];
  for (let copy = 0; fields.length < count; copy++) {
    const file = join(folderOf(path), `copy-${copy}.grib2`);
    linkSync(path, file);
    linkSync(path + sidecarEnding, file + sidecarEnding);
    for (const location of locations) fields.push({ key: new Map([['number', String(fields.length)]]), location: { ...location, file } });
  }
  rmSync(path + sidecarEnding);
  return fields.slice(0, count);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
