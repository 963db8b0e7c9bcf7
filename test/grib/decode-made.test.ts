// Decoding against ecCodes: files that grib_set makes, in every width and packing, with bitmap, decimal scale and constant.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gribCopy, gribSet } from '../support/eccodes.js';
import { checkFile, closeEngines, openEngines } from './against-eccodes.js';
import { noEccodes, noShared, sharedGrib } from './peer.js';

const allWidths = [1, 2, 7, 8, 9, 12, 15, 16, 17, 24, 25, 31, 32];
const sources = [
  { kind: 'plain', file: 'era5-levels-members.grib', widths: allWidths },
  { kind: 'bitmap', file: 'fields_with_missing_values.grib', widths: [1, 7, 8, 12, 16, 24, 32] },
  { kind: 'reduced', file: 'gridType-reduced_gg_gridName-O8_shortName-q.grib2', widths: [11] },
] as const;

interface Made {
  readonly what: string;
  readonly path: string;
}

/** One field in each packing and width that this ecCodes can write, all of a kind and packing in one file. */
function makeFiles(folder: string): readonly Made[] {
  const made: Made[] = [];
  for (const { kind, file, widths } of sources) {
    const source = join(folder, `${kind}.grib`);
    gribCopy('1', join(sharedGrib, file), source);
    for (const packing of ['grid_simple', 'grid_ccsds']) {
      const base = join(folder, `${kind}-${packing}.grib`);
      if (!gribSet(['-r', '-s', `${packing === 'grid_ccsds' ? 'edition=2,' : ''}packingType=${packing}`], source, base))
        throw new Error(`grib_set makes no ${packing} of ${file}`);
      const options = [
        ...widths.map((bits) => ['-r', '-s', `bitsPerValue=${bits}`]),
        ['-r', '-s', 'decimalPrecision=2'],
        ['-r', '-s', 'setDecimalPrecision=1'],
        ['-d', '273.16'],
      ];
      for (const option of options) {
        const what = `${kind}, ${packing}, ${option.at(-1)}`;
        const path = join(folder, `${what}.grib`);
        if (gribSet(option, base, path)) made.push({ what, path });
      }
    }
  }
  return made;
}

t.test('files that grib_set makes decode to what ecCodes gives', { skip: noShared || noEccodes }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-decode-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  // Before the engines open: a process with an adapter is slow to start another.
  const made = makeFiles(folder);
  for (const kind of ['plain', 'bitmap']) {
    for (const packing of ['grid_simple', 'grid_ccsds']) {
      const whole = made.filter(({ what }) => what.startsWith(`${kind}, ${packing}`));
      const names = whole.map(({ what }) => what.split(', ')[2]);
      for (const bits of [1, 7, 8, 12, 16, 24]) t.ok(names.includes(`bitsPerValue=${bits}`), `${kind}, ${packing}: ${bits} bits were made`);
      for (const name of ['decimalPrecision=2', 'setDecimalPrecision=1', '273.16'])
        t.ok(names.includes(name), `${kind}, ${packing}: ${name} was made`);
    }
  }
  const engines = await openEngines();
  t.teardown(() => closeEngines(engines));
  for (const { kind } of sources) {
    const parts = made.filter(({ what }) => what.startsWith(kind));
    const path = join(folder, `${kind}-all.grib`);
    writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part.path))));
    t.equal(
      await checkFile(t, path, kind, engines),
      parts.length,
      `${kind}: ${parts.map(({ what }) => what.split(', ').slice(1).join(' ')).join('; ')}`,
    );
  }
});
