import type { Derived } from './derivations.js';

/** Derivations in an order in which each comes after those that it is made of. `cycle`: names that wait for each other. */
export function inOrder(derived: readonly Derived[]): { readonly order: readonly Derived[]; readonly cycle: readonly string[] } {
  const names = new Set(derived.map(({ name }) => name));
  const left = [...derived];
  const order: Derived[] = [];
  const done = new Set<string>();
  for (;;) {
    const next = left.findIndex(({ sources }) => sources.every((source) => !names.has(source) || done.has(source)));
    if (next < 0) return { order, cycle: onlyCycle(left) };
    const [item] = left.splice(next, 1) as [Derived];
    order.push(item);
    done.add(item.name);
  }
}

/** Without those that only wait for the cycle, but that none of it waits for. */
function onlyCycle(left: readonly Derived[]): readonly string[] {
  const waiting = left.filter(({ name }) => left.some(({ sources }) => sources.includes(name)));
  return waiting.length === left.length ? left.map(({ name }) => name) : onlyCycle(waiting);
}

/** Whether two derivations of one name are the same. */
export function sameDerivation(a: Derived, b: Derived): boolean {
  return a.derivation === b.derivation && a.height === b.height && a.sources.join() === b.sources.join();
}
