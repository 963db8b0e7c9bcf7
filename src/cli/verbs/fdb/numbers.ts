/** Numbers as eckit's tools print them. */

const sizeUnits = ['byte', 'Kbyte', 'Mbyte', 'Gbyte', 'Tbyte', 'Pbyte', 'Ebyte'];

/** Six digits without trailing zeros, with an exponent where it is below -4 or above 5: C++'s default for streams. */
export function sixDigits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const [digits, exponentText] = roundedEven(value).toExponential(5).split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return withoutZeros(roundedEven(value).toFixed(Math.max(0, 5 - exponent)));
  const sign = exponent < 0 ? '-' : '+';
  return `${withoutZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** C++ rounds a tie to the even digit, ECMAScript away from zero: a tie before an odd or even digit is taken to its even neighbour here. */
function roundedEven(value: number): number {
  const [, lead, sixth, rest, exponent] = /^(-?\d\.\d{4})(\d)(\d*)e(.*)$/.exec(value.toExponential(20)) as unknown as string[];
  return /^50*$/.test(rest as string) && Number(sixth) % 2 === 0 ? Number(`${lead}${sixth}e${exponent}`) : value;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `1.53125 Kbytes`; units of 1024. */
export function binarySize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < sizeUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${sixDigits(value)} ${sizeUnits[unit]}${value === 1 ? '' : 's'}`;
}

/** `24.6964 Kbytes per second`. */
export function binaryRate(bytes: number, seconds: number): string {
  return `${binarySize(seconds > 0 ? bytes / seconds : 0)} per second`;
}

/** `1,568`. */
export function withCommas(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1,568 (1.53125 Kbytes)`. */
export function countedSize(bytes: number): string {
  return `${withCommas(bytes)} (${binarySize(bytes)})`;
}

/** Seconds with the microseconds that upstream's timers have. */
export function secondsText(milliseconds: number): string {
  return sixDigits(Math.round(milliseconds * 1000) / 1e6);
}

/** A line of a report: the name padded to upstream's column. */
export function reportLine(name: string, value: string): string {
  return `${name.padEnd(32)}: ${value}\n`;
}
