/** Items of each file, files in the order in which they first come. */
export function byFile<T>(items: readonly T[], fileOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const file = fileOf(item);
    const group = groups.get(file);
    if (group === undefined) groups.set(file, [item]);
    else group.push(item);
  }
  return groups;
}

/** Waits for all, so that nothing runs on behind the caller's back, then throws the first failure. */
export async function allSettled(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
