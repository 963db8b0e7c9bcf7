import { type Context, type Disk, DteError, joinPath } from '../../base/index.js';

/** Names of files as configurations write them -> absolute names. */
export interface Places {
  readonly home: string;
  /** `~fdb/x`, `~/x`, `~name/x` (NAME_HOME), names relative to the working folder; slashes at the end do not count. */
  absolute(text: string): string;
}

/** `fdbHome` is the configuration's own `fdb_home`. Without any home, Debian's place: tables lie in `/etc/fdb`. */
export async function placesOf({ env }: Pick<Context, 'env'>, disk: Disk, fdbHome?: string): Promise<Places> {
  const home = fdbHome ?? variable(env, 'HOME') ?? '/';
  // A disk in memory has no working folder.
  const workingFolder = await disk.realPath('.').catch(() => undefined);
  const absolute = (text: string): string => {
    if (text === '') throw new DteError('input.config', 'a name of a file or folder is empty', { hint: 'give a path' });
    if (text.includes('\0'))
      throw new DteError('input.config', `${JSON.stringify(text)} is not a name of a file`, { hint: 'no NUL characters' });
    const name = text.startsWith('~') ? expanded(text) : text;
    if (!name.startsWith('/') && workingFolder === undefined) {
      throw new DteError('input.config', `'${text}' is relative, and there is no working folder`, { hint: 'give an absolute path' });
    }
    return tidied(joinPath(workingFolder ?? '/', name));
  };
  const expanded = (text: string): string => {
    const slash = text.indexOf('/');
    const name = text.slice(1, slash < 0 ? undefined : slash);
    const rest = slash < 0 ? '' : text.slice(slash);
    const place = name === 'fdb' ? home : env[name === '' ? 'HOME' : `${name.toUpperCase()}_HOME`];
    if (place !== undefined) return place === '/' ? rest || '/' : place + rest;
    throw new DteError('input.config', `'${text}': the home of '${name}' is not known`, {
      hint: `set ${name === '' ? 'HOME' : `${name.toUpperCase()}_HOME`}`,
    });
  };
  return { home: absolute(home), absolute };
}

/** `FDB_name`, else `FDB5_name`; an empty value counts as none. */
export function variable(env: Context['env'], name: string): string | undefined {
  return env[`FDB_${name}`] || env[`FDB5_${name}`] || undefined;
}

/** Without doubled slashes, `.` and a slash at the end; `..` stays (a link may stand before it). */
function tidied(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}
