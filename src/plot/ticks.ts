/** A step of 1, 2, 2.5 or 5 times a power of ten that cuts `span` into at most `most` parts. */
export function niceStep(span: number, most: number): number {
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  // A hair of tolerance, or 10 parts of 0.1 in a span of 1 become 11 by rounding.
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Round numbers in `[min, max]`, ascending, evenly spaced, at most `most` + 1 of them. */
export function niceTicks(min: number, max: number, most = 10): number[] {
  const step = niceStep(max - min, most);
  const first = Math.ceil(min / step - 1e-6);
  const last = Math.floor(max / step + 1e-6);
  return Array.from({ length: last - first + 1 }, (_, index) => roundTo((first + index) * step, step));
}

/** The smallest range with round ends that holds `[min, max]`. Equal ends are moved apart. */
export function niceRange(min: number, max: number, most = 10): [min: number, max: number] {
  // Below a few f32 roundings the spread is noise of packing, and ticks could not be told apart.
  const least = Math.max(Math.abs(min), Math.abs(max)) * 1e-6;
  if (max - min <= least) {
    const half = Math.max(Math.abs(min) * 0.01, least, 1e-12) || 1;
    return min === 0 ? [-1, 1] : niceRange(min - half, max + half, most);
  }
  const step = niceStep(max - min, most);
  return [roundTo(Math.floor(min / step + 1e-6) * step, step), roundTo(Math.ceil(max / step - 1e-6) * step, step)];
}

export interface TickLabels {
  readonly texts: readonly string[];
  /** The texts are to be read times ten to this power; 0 unless plain digits would run long. */
  readonly power: number;
}

/** Labels of ticks; evenly spaced ones share one number of decimals. */
export function tickLabels(ticks: readonly number[], power = labelPower(ticks)): TickLabels {
  const scaled = ticks.map((tick) => tick / 10 ** power);
  const texts = scaled.map((tick) => trim(tick.toFixed(6)));
  if (!evenlySpaced(scaled)) return { texts: texts.map(minus), power };
  const decimals = Math.max(...texts.map((text) => text.split('.')[1]?.length ?? 0));
  return { texts: scaled.map((tick) => minus(tick.toFixed(decimals))), power };
}

function labelPower(ticks: readonly number[]): number {
  const largest = Math.max(...ticks.map(Math.abs));
  return largest !== 0 && (largest >= 1e6 || largest < 1e-2) ? Math.floor(Math.log10(largest) + 1e-9) : 0;
}

function evenlySpaced(ticks: readonly number[]): boolean {
  const step = ticks[1] - ticks[0];
  return ticks.every((tick, index) => Math.abs(tick - ticks[0] - index * step) <= 1e-6 * Math.abs(step));
}

/** `-2` as raised characters. */
export function superscript(whole: number): string {
  return String(whole).replace(/[-0-9]/g, (character) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(character)]);
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}

/** Takes the binary dust off a multiple of `step`: 0.30000000000000004 -> 0.3. */
function roundTo(value: number, step: number): number {
  const decimals = Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(decimals)) + 0;
}
