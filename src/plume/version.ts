import { DteError, type Where } from '../base/index.js';

/** Releases whose plugin contract is met, as plugins may require them: https://github.com/ecmwf/plume, https://github.com/ecmwf/atlas. */
export const plumeVersion = '0.8.0';
export const atlasVersion = '0.44.1';

/** Upstream compares versions as one number; a minor or patch of 100 and more would spill over, there as here. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return 10000 * major + 100 * minor + patch;
}

/** `input.config` for anything but three numbers with dots. */
export function checkedVersion(version: string, what: string, where: Where = {}): string {
  if (/^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new DteError('input.config', `${what} is '${version}'`, { where, hint: 'three numbers with dots are expected, as in 0.8.0' });
}
