import type { EnumValue, ValueType } from './value-type.js';

/** A closed set of names: any name of an entry, in any case, leads to its first. Groups stand for their members. */
export function enumType(values: () => readonly EnumValue[], uppercase: boolean): ValueType {
  let table: ReturnType<typeof tableOf> | undefined;
  const known = (): ReturnType<typeof tableOf> => {
    table ??= tableOf(values(), uppercase);
    return table;
  };
  return {
    called: 'a name',
    canonical: (text) => known().canonical.get(text.toLowerCase()),
    members: (canonical) => (known().members.size === 0 ? undefined : (known().members.get(canonical.toLowerCase()) ?? [canonical])),
    candidates: () => known().canonical.keys(),
  };
}

function tableOf(
  values: readonly EnumValue[],
  uppercase: boolean,
): { readonly canonical: ReadonlyMap<string, string>; readonly members: ReadonlyMap<string, readonly string[]> } {
  const canonical = new Map<string, string>();
  const members = new Map<string, readonly string[]>();
  const add = (value: EnumValue): readonly string[] => {
    const isGroup = typeof value === 'object' && 'name' in value;
    const names = [isGroup ? value.name : value].flat() as readonly string[];
    const first = uppercase ? (names[0] as string).toUpperCase() : (names[0] as string);
    for (const name of names) canonical.set(name.toLowerCase(), first);
    if (!isGroup) return [first];
    const inside = [...new Set(value.group.flatMap(add))];
    members.set(first.toLowerCase(), inside);
    return inside;
  };
  for (const value of values) add(value);
  return { canonical, members };
}
