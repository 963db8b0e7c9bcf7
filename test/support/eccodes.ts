import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One field as ecCodes has it. */
export interface EccodesField {
  readonly edition: number;
  readonly packingType: string;
  readonly bitsPerValue: number;
  readonly points: number;
  readonly missing: number;
  /** All values in the order of the message, missing ones NaN; undefined for a constant field without missing values. */
  readonly values: Float64Array | undefined;
  /** The value of a constant field. */
  readonly constant: number;
}

// ecCodes turns its missing value into a long; no field of the tests has this value.
const marker = -987654321987654;
const filter = `set missingValue=${marker};
if (packingType is "spectral_complex" || packingType is "spectral_simple") {
  print "=[edition] [packingType] [bitsPerValue] [numberOfValues] 0 0 0"; print "[values%.17g!1]";
} else {
  print "=[edition] [packingType] [bitsPerValue] [numberOfValues] [numberOfMissing] [max%.17g] [min%.17g]";
  if (packingType is "grid_ieee") { print "[values%.17g!1]"; }
  else { if (numberOfMissing == 0 && bitsPerValue == 0) { print ""; } else { print "[values%.17g!1]"; } }
}
`;
const packingFilter = 'print "=[edition] [packingType]";\n';

/**
 * Every field of a file that `wanted` accepts, decoded by `grib_filter` with 17 digits, which name an f64 uniquely. The program
 * prints all values of any grid, in the order of the message. Undefined stands for a field that was not wanted, and for the whole
 * file when this release of ecCodes cannot read it.
 */
export function eccodesFields(
  path: string,
  wanted: (packingType: string) => boolean = () => true,
): readonly (EccodesField | undefined)[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'dte-eccodes-'));
  try {
    const run = (rules: string): string => {
      const file = join(folder, 'rules.filter');
      writeFileSync(file, rules);
      return execFileSync('grib_filter', [file, path], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 30 });
    };
    // Releases before 2.32 do not know every grid template.
    let packingText: string;
    try {
      packingText = run(packingFilter);
    } catch {
      return undefined;
    }
    const packings = packingText
      .split('=')
      .slice(1)
      .map((text) => text.trim().split(' ')[1] as string);
    if (!packings.some(wanted)) return packings.map(() => undefined);
    const names = [...new Set(packings)].filter(wanted);
    const condition = names.map((name) => `packingType is "${name}"`).join(' || ');
    const parts = run(`if (${condition}) {\n${filter}}\nelse { print "=other"; }\n`).split('=').slice(1);
    return parts.map((part, index) => (wanted(packings[index] as string) ? fieldOf(part) : undefined));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fieldOf(part: string): EccodesField {
  const end = part.indexOf('\n');
  const [edition, packingType, bits, count, missing, max] = part.slice(0, end).trim().split(' ');
  const points = Number(count) + (missing === 'not_found' ? 0 : Number(missing));
  const head = {
    edition: Number(edition),
    packingType: packingType as string,
    bitsPerValue: Number(bits),
    points,
    missing: Number(missing),
    constant: Number(max),
  };
  const text = part.slice(end).trim();
  if (text === '') return { ...head, values: undefined };
  const values = Float64Array.from(text.split(/\s+/), (word) => (Number(word) === marker ? Number.NaN : Number(word)));
  return { ...head, points: values.length, values };
}

/** `grib_set` with options; false when ecCodes cannot make such a file. */
export function gribSet(options: readonly string[], input: string, output: string): boolean {
  try {
    execFileSync('grib_set', [...options, input, output], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Some fields of a file, counted from 1, as a file of their own. */
export function gribCopy(count: string, input: string, output: string): void {
  execFileSync('grib_copy', ['-w', `count=${count}`, input, output], { stdio: 'ignore' });
}

/** Latitude, longitude and value of every present point of the first field, by ecCodes' own iterator over the points. */
export function gribPoints(path: string): readonly (readonly [number, number, number])[] {
  const text = execFileSync('grib_get_data', ['-w', 'count=1', '-F', '%.17g', '-L', '%.7f %.7f', path], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
  });
  return text
    .split('\n')
    .filter((line) => /^\s*-?\d/.test(line))
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
}
