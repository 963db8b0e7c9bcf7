import { find, keysOf } from './keys.js';
import type { Message } from './message.js';

/**
 * The metadata of a GRIB message in texts, as archives take it: its MARS keys, the parameter by its number in the common table (167
 * for 167.128, 140229 for 229.140). Source: metkit, src/metkit/codes; verified with fdb-write 5.10.8.
 */
export function marsMetadata(message: Message): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [keyword, value] of keysOf(message, 'mars')) if (value !== null) metadata.set(keyword, String(value));
  if (message.edition === 1 && metadata.has('param')) {
    const param = find(message, 'paramId');
    if (typeof param === 'number' && param > 0) metadata.set('param', String(param));
  }
  return metadata;
}
