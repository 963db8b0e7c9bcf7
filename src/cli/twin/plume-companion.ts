import { dirname, resolve } from 'node:path';
import type { Field } from '../../atlas/index.js';
import { type Context, readWhole, writeWhole } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { type FieldLayer, ModelData, openPlume, type Plume, type PluginNotice, type PluginOutput } from '../../plume/index.js';
import type { OutputField, TwinDescription, TwinFields } from '../../twin/index.js';
import { archivable, type OutputParams } from './plugin-outputs.js';
import { type Companion, type TwinParam, twinParams } from './run-twin.js';

/** How a plugin fared. */
export interface PluginSummary {
  readonly plugin: string;
  readonly kind: string;
  readonly state: string;
  readonly runs: number;
  readonly hostMs: number;
  readonly deviceMs?: number;
  readonly uploadBytes: number;
  readonly readBytes: number;
  readonly failures: readonly string[];
  /** Why it was rejected. */
  readonly reasons: readonly string[];
}

export interface PlumeCompanion extends Companion {
  readonly summary: readonly PluginSummary[];
  readonly notices: readonly PluginNotice[];
  /** Fields of plugins that have no header, with the reason. */
  readonly unwritten: readonly string[];
  close(): Promise<void>;
}

export interface PlumeChoice {
  /** Configuration of the plugins. */
  readonly path: string;
  /** GRIB parameters of plugin outputs whose names are none. */
  readonly params: OutputParams;
  /** Takes what plugins want heard, as JSON lines; nothing is written when there was none. */
  readonly noticesPath: string;
}

/** What the model has on offer. `TSTEP` and `WSTEP` are seconds: a time step, and since the initial state. */
const offers = {
  offered: [
    ...(['NSTEP', 'NFLEVG'] as const).map((name) => ({ name, type: 'INT', available: 'always' })),
    ...(['TSTEP', 'WSTEP'] as const).map((name) => ({ name, type: 'DOUBLE', available: 'always' })),
    ...twinParams.map((name) => ({ name, type: 'ATLAS_FIELD', levtype: 'ml', level: 1 })),
  ],
} as const;

/**
 * Plugins beside the twin: they see its fields where they lie, and their outputs go where the model's go. Errors: those of the
 * configuration, and of a plugin whose `on-error` is `abort`.
 */
export async function openPlumeCompanion(
  context: Context,
  engine: Engine,
  twin: TwinDescription,
  { path, params, noticesPath }: PlumeChoice,
): Promise<PlumeCompanion> {
  const file = resolve(path);
  const notices: PluginNotice[] = [];
  let outputs: readonly PluginOutput[] = [];
  const plume = await openPlume(engine, new TextDecoder().decode(await readWhole(context.fs, path)), {
    ...{ source: path, folder: `${dirname(file)}/` },
    onNotice: (notice) => void notices.push(notice),
    sinks: [
      async (made) => {
        outputs = made;
      },
    ],
  });
  const decisions = await plume.negotiate(offers);
  for (const { plugin, accepted, reasons } of decisions)
    if (!accepted) context.log.warn('plume.rejected', { plugin, reasons: reasons.join('; ') });
  const live: LiveData = { fields: undefined, data: undefined };
  let last: readonly PluginSummary[] | undefined;
  const chosen = await archivable(context, params);
  return {
    notices,
    get summary() {
      return last ?? summaryOf(plume);
    },
    get unwritten() {
      return chosen.refused;
    },
    async step(fields, { step, seconds }) {
      outputs = [];
      await provide(plume, live, twin, { fields, step, seconds });
      await plume.run();
      return outputs.flatMap((output): readonly OutputField[] => chosen.fieldOf(output));
    },
    async close() {
      // As they were at work: all are torn down in the end.
      last ??= summaryOf(plume);
      await plume.teardown();
      live.data?.release();
      live.data = undefined;
      if (notices.length > 0) {
        const lines = notices.splice(0).map((notice) => `${JSON.stringify(notice)}\n`);
        await writeWhole(context.fs, noticesPath, new TextEncoder().encode(lines.join('')));
      }
    },
  };
}

interface LiveData {
  fields: TwinFields | undefined;
  data: ModelData | undefined;
}

/** The model's values of this time, under the names on offer. Fields are views: they are read where the model has put them. */
async function provide(
  plume: Plume,
  live: LiveData,
  twin: TwinDescription,
  now: { readonly fields: TwinFields; readonly step: number; readonly seconds: number },
): Promise<void> {
  live.fields = now.fields;
  const wanted = twinParams.filter((name) => plume.isParamRequested(name));
  if (live.data === undefined) {
    const data = new ModelData();
    data.create('NSTEP', 'INT', 0);
    data.create('NFLEVG', 'INT', 1);
    data.create('TSTEP', 'DOUBLE', twin.stepSeconds);
    data.create('WSTEP', 'DOUBLE', 0);
    for (const name of wanted) data.provideField(name, cellOf(live, name, twin.members), { levtype: 'ml' });
    live.data = data;
    await plume.feed(data);
  }
  live.data.update('NSTEP', now.step);
  live.data.update('WSTEP', now.seconds);
  live.data.setUpdated(['NSTEP', 'WSTEP', ...wanted]);
}

function cellOf(live: LiveData, name: TwinParam, members: number): { readonly value: Field<FieldLayer> } {
  const layers = Array.from({ length: members }, (_, number): FieldLayer => (members > 1 ? { level: 1, number } : { level: 1 }));
  return {
    get value() {
      return { ...(live.fields as TwinFields)[name], layers };
    },
  };
}

function summaryOf(plume: Plume): readonly PluginSummary[] {
  return plume.report().plugins.map(({ plugin, kind, state, runs, hostMs, deviceMs, uploadBytes, readBytes, failures, reasons }) => ({
    ...{ plugin, kind, state, runs, hostMs, uploadBytes, readBytes, reasons },
    ...(deviceMs === undefined ? {} : { deviceMs }),
    failures: failures.map(({ error }) => error.message),
  }));
}
