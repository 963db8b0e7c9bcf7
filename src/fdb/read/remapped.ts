import { type GribTables, type Message, parseMessage, withKeys } from '../../grib/index.js';
import type { StoredMessage } from './read-messages.js';

/** A stored message's octets; those of a database that overlays another with the overlaying keys in their headers. */
export function remapped({ bytes, location }: StoredMessage, tables: GribTables): Uint8Array {
  if (location.remap === undefined || location.remap.size === 0) return bytes;
  const [message] = parseMessage(bytes, tables, { file: location.file, offset: location.offset });
  return withKeys(message as Message, location.remap);
}
