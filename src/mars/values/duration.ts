/** What stands for hours, minutes and seconds in a text. */
export interface Duration {
  readonly seconds: number;
  /** How it was written: `6` and `0600` mean other things as a time of day than as a step. */
  readonly form: 'digits' | 'decimal' | 'colons' | 'units';
}

/**
 * A duration: `6` (hours), `6.5`, `06:30[:00]`, or numbers with units in the order d h m s (`1d`, `1h30m`, `90s`).
 * undefined for any other text; a sign is another text.
 */
export function parseDuration(text: string): Duration | undefined {
  if (isDigits(text)) return { seconds: Number(text) * 3600, form: 'digits' };
  if (/^\d*\.\d+$/.test(text)) return { seconds: Math.round(Number(text) * 3600), form: 'decimal' };
  const colons = /^(\d+):(\d\d?)(?::(\d\d?))?$/.exec(text);
  if (colons !== null) {
    const [, hours, minutes, seconds = '0'] = colons;
    if (Number(minutes) > 59 || Number(seconds) > 59) return undefined;
    return { seconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), form: 'colons' };
  }
  const units = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/i.exec(text);
  if (units === null || text === '') return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = units;
  return { seconds: ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds), form: 'units' };
}

/** Seconds as the shortest text of steps: `6`, `1h30m`, `40m`, `90s` is `1m30s`. Hours are not gathered into days. */
export function formatDuration(seconds: number): string {
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  const s = seconds % 60;
  if (m === 0 && s === 0) return String(h);
  return `${h === 0 ? '' : `${h}h`}${m === 0 ? '' : `${m}m`}${s === 0 ? '' : `${s}s`}`;
}

/** True for one or more ASCII digits; quicker than a pattern where millions of texts are looked at. */
export function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return text.length > 0;
}
