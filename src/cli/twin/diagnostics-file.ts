import type { Context, WritableFile } from '../../base/index.js';
import type { Diagnostics } from '../../twin/index.js';

/** A table of diagnostics on disk: rows go into it as they come, and it has its name once `end` was called. */
export interface DiagnosticsFile {
  add(rows: readonly Diagnostics[]): Promise<void>;
  end(): Promise<void>;
}

/** One row a member and time: JSON lines for a name that ends in .jsonl, else CSV with a header. Without a row there is no file. */
export function diagnosticsFile({ fs }: Context, path: string): DiagnosticsFile {
  const isLines = path.endsWith('.jsonl');
  let file: WritableFile | undefined;
  const begin = async (): Promise<WritableFile> => {
    const begun = await fs.create(path);
    if (!isLines) await writeText(begun, [columns.map(([name]) => name).join(',')]);
    return begun;
  };
  return {
    async add(rows) {
      file ??= await begin();
      await writeText(
        file,
        rows.map((row) => (isLines ? JSON.stringify(row) : columns.map(([, value]) => value(row)).join(','))),
      );
    },
    async end() {
      await file?.commit();
      file = undefined;
    },
  };
}

const columns: readonly (readonly [string, (row: Diagnostics) => number])[] = [
  ['timeSeconds', ({ timeSeconds }) => timeSeconds],
  ['number', ({ number }) => number],
  ['mass', ({ mass }) => mass],
  ['energy', ({ energy }) => energy],
  ['availableEnergy', ({ availableEnergy }) => availableEnergy],
  ['potentialEnstrophy', ({ potentialEnstrophy }) => potentialEnstrophy],
  ['greatestWind', ({ greatestWind }) => greatestWind],
  ['leastVorticity', ({ leastVorticity }) => leastVorticity.value],
  ['leastVorticityLat', ({ leastVorticity }) => leastVorticity.lat],
  ['leastVorticityLon', ({ leastVorticity }) => leastVorticity.lon],
  ['greatestVorticity', ({ greatestVorticity }) => greatestVorticity.value],
  ['greatestVorticityLat', ({ greatestVorticity }) => greatestVorticity.lat],
  ['greatestVorticityLon', ({ greatestVorticity }) => greatestVorticity.lon],
];

async function writeText(file: WritableFile, lines: readonly string[]): Promise<void> {
  await file.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
}
