/** What the journal of a killed process says about the store that it left. */
import type { FieldName } from './fields.js';

export interface Aftermath {
  /** Field -> versions that may show now; `undefined` among them: it need not show. A field that is not here must not show. */
  readonly allowed: ReadonlyMap<FieldName, ReadonlySet<string | undefined>>;
  /** Everything that was ever archived: `name#version`. */
  readonly archived: ReadonlySet<string>;
  /** A wipe or a move that was cut short, to be given once more. */
  readonly unfinished: { readonly kind: 'wipe' | 'move'; readonly expver: string; readonly to: string } | undefined;
  readonly isDone: boolean;
}

/** `before`: what showed when the process began. */
export function aftermath(before: ReadonlyMap<FieldName, string>, lines: readonly string[]): Aftermath {
  const state = new Map<FieldName, string>(before);
  const pending = new Map<FieldName, string>();
  const archived = new Set<string>();
  let isFlushing = false;
  let losing: string | undefined;
  let unfinished: Aftermath['unfinished'];
  for (const line of lines) {
    const [verb, first = '', second = ''] = line.split(' ');
    if (verb === 'archive') {
      pending.set(first, second);
      archived.add(`${first}#${second}`);
    } else if (verb === 'flush') isFlushing = true;
    else if (verb === 'flushed') {
      isFlushing = false;
      for (const [name, version] of pending) state.set(name, version);
      pending.clear();
    } else if (verb === 'lose' || verb === 'wipe') {
      losing = first;
      if (verb === 'wipe') unfinished = { kind: 'wipe', expver: first.slice(0, -1), to: '' };
    } else if (verb === 'lost') {
      for (const name of [...state.keys()]) if (losing !== undefined && name.startsWith(losing)) state.delete(name);
      losing = undefined;
      unfinished = undefined;
    } else if (verb === 'move') unfinished = { kind: 'move', expver: first, to: second };
    else if (verb === 'moved') unfinished = undefined;
  }
  const allowed = new Map<FieldName, ReadonlySet<string | undefined>>();
  for (const [name, version] of state)
    allowed.set(name, new Set(losing !== undefined && name.startsWith(losing) ? [version, undefined] : [version]));
  // A flush that was under way may have made all of it visible, or what of it lies in one database or group.
  if (isFlushing) for (const [name, version] of pending) allowed.set(name, new Set([...(allowed.get(name) ?? [undefined]), version]));
  return { allowed, archived, unfinished, isDone: lines.some((line) => line.startsWith('done')) };
}
