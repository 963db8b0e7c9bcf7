import type { Field } from '../../atlas/index.js';
import type { Context, WritableFile } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { Fdb, SinkOptions } from '../../fdb/index.js';
import { encodeInParts, type EncodeOptions, find, type Message } from '../../grib/index.js';

/**
 * Where finished fields go. Whatever takes over the output side (a store, files, a plan of actions) implements this and nothing
 * else: it is given fields on the device with complete headers, in order of time, and a flush at the end of each output time.
 */
export interface FieldSink {
  /** Takes the fields of one parameter; their memory stays the caller's. */
  write(field: Field<Message>): Promise<void>;
  /** All that was written can be seen by others afterwards. */
  flush(): Promise<void>;
  /** Flushes, and lets go of everything. */
  close(): Promise<void>;
  /** Lets go of everything; of what was not flushed nothing stays. */
  discard(): Promise<void>;
  /** Fields are told apart by their MARS keys alone: a mean over six hours and one over a day that end together would be one field. */
  readonly isKeyed?: boolean;
  /** Fields and octets so far. */
  readonly written: { readonly fields: number; readonly bytes: number };
}

/** Fields into a store; it is closed with the sink. */
export function storeSink(engine: Engine, fdb: Fdb, options: SinkOptions = {}): FieldSink {
  const written = { fields: 0, bytes: 0 };
  fdb.onArchive((_key, _parts, length) => {
    written.fields += 1;
    written.bytes += length;
  });
  const sink = fdb.sink(engine, options);
  return {
    isKeyed: true,
    written,
    write: (field) => sink.write(field),
    flush: () => sink.flush(),
    close: () => fdb.close(),
    discard: () => fdb.close({ flush: false }),
  };
}

/** Fields into GRIB files of a folder, one file a step: `step-0024.grib2`. A file appears when its step is flushed, whole. */
export function folderSink(context: Context, engine: Engine, folder: string, options: EncodeOptions = {}): FieldSink {
  const written = { fields: 0, bytes: 0 };
  const open = new Map<string, WritableFile>();
  const fileOf = async (path: string): Promise<WritableFile> => {
    const known = open.get(path) ?? (await context.fs.create(path));
    open.set(path, known);
    return known;
  };
  const commit = async (): Promise<void> => {
    for (const [path, file] of [...open]) {
      await file.commit();
      open.delete(path);
    }
  };
  return {
    written,
    async write(field) {
      const { messages, release } = await encodeInParts(engine, field, options);
      try {
        for (const [layer, parts] of messages.entries()) {
          const file = await fileOf(`${folder}/${fileName(field.layers[layer] as Message)}`);
          for (const part of parts) {
            await file.write(part);
            written.bytes += part.length;
          }
          written.fields += 1;
        }
      } finally {
        release();
      }
    },
    flush: commit,
    close: commit,
    async discard() {
      for (const file of open.values()) await file.discard();
      open.clear();
    },
  };
}

/** Steps that are not whole hours carry their unit. */
function fileName(message: Message): string {
  const step = String(find(message, 'endStep') ?? 0);
  const units = find(message, 'stepUnits');
  return `step-${step.padStart(4, '0')}${units === 'h' ? '' : String(units)}.grib2`;
}
