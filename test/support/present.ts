/** What must be there for a test to go on. */
export function present<T>(value: T | undefined, what = 'a value'): T {
  if (value === undefined) throw new Error(`${what} is absent`);
  return value;
}
