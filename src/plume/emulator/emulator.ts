import { type Field, type Grid, releaseField } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { atlasVersion, plumeVersion } from '../version.js';
import type { ModelData } from '../data/model-data.js';
import type { Param, Protocol } from '../protocol.js';
import type { FieldLayer } from '../types.js';
import { openGribFiles } from './grib-source.js';
import { openRecipes } from './recipe-source.js';
import type { EmulatorSource, SourceField } from './source.js';

export interface EmulatorOptions {
  /** At most so many steps. */
  readonly steps?: number;
}

/** A configuration (YAML, JSON or a plain value) of functions, or a GRIB file or folder. */
export type EmulatorGiven = { readonly config: string | object; readonly source?: string } | { readonly grib: string };

/** Seconds of one step of the emulated model, as upstream. */
const stepSeconds = 900;

/**
 * A stand-in for a model: it offers fields and the step, and makes the fields of step after step on the device, from GRIB files or from
 * functions of position. `input.config`, `input.syntax`, `absent.file`, `input.field`.
 *
 *     const emulator = await openEmulator(engine, { config: await readFile('emulator.yaml', 'utf8') });
 *     await plume.negotiate(emulator.offers);
 *     await emulator.provide(data, (name) => plume.isParamRequested(name));
 *     await plume.feed(data);
 *     while (await emulator.next(data)) await plume.run();
 *     emulator.close();
 */
export async function openEmulator(engine: Engine, given: EmulatorGiven, options: EmulatorOptions = {}): Promise<Emulator> {
  const source = 'grib' in given ? await openGribFiles(engine, given.grib) : await openRecipes(engine, given.config, given.source);
  return new Emulator(source, options);
}

export class Emulator {
  readonly grid: Grid;
  readonly steps: number;
  readonly #source: EmulatorSource;
  #wanted: readonly SourceField[];
  #fields: ReadonlyMap<string, Field<FieldLayer>> = new Map();
  #step = 0;
  #isClosed = false;

  constructor(source: EmulatorSource, { steps = Number.POSITIVE_INFINITY }: EmulatorOptions) {
    this.#source = source;
    this.#wanted = source.fields;
    this.grid = source.grid;
    this.steps = Math.min(source.steps, steps);
  }

  /** Steps made so far: NSTEP. */
  get step(): number {
    return this.#step;
  }

  /** NFLEVG: the levels of the field that has most. */
  get levels(): number {
    return Math.max(...this.#source.fields.map(levelsOf));
  }

  /** What it offers: its step and times always, fields on request, as upstream. */
  get offers(): Protocol {
    const always = (name: string, type: 'INT' | 'DOUBLE', comment: string): Param => ({ name, type, available: 'always', comment });
    const offered: Param[] = [
      always('NSTEP', 'INT', 'step of the model'),
      always('TSTEP', 'DOUBLE', 'seconds of a step'),
      always('NFLEVG', 'INT', 'vertical levels'),
      always('WSTEP', 'DOUBLE', 'time of the wave model, seconds'),
      ...this.#source.fields.map(({ name, levtype }): Param => ({ name, type: 'ATLAS_FIELD', available: 'on-request', levtype })),
    ];
    return {
      required: [],
      offered,
      requestedPlumeVersion: '0.0.0',
      requestedAtlasVersion: '0.0.0',
      offeredPlumeVersion: plumeVersion,
      offeredAtlasVersion: atlasVersion,
    };
  }

  /** The fields of the last step that was made, by name. Their memory is the emulator's, and theirs only until the next step. */
  get fields(): ReadonlyMap<string, Field<FieldLayer>> {
    return this.#fields;
  }

  /** Puts into `data` what it offers; of fields those that are asked for, which are then the only ones that it makes. */
  async provide(data: ModelData, isRequested: (name: string) => boolean = () => true): Promise<void> {
    this.#wanted = this.#source.fields.filter(({ name }) => isRequested(name));
    data.create('NSTEP', 'INT', 0);
    data.create('TSTEP', 'DOUBLE', stepSeconds);
    data.create('NFLEVG', 'INT', this.levels);
    data.create('WSTEP', 'DOUBLE', 0);
    await this.#make(0);
    const fieldOf = (name: string): Field<FieldLayer> => this.#fields.get(name) as Field<FieldLayer>;
    for (const { name, shortName, levtype } of this.#wanted) {
      const cell = {
        get value() {
          return fieldOf(name);
        },
      };
      data.provideField(name, cell, { shortName, levtype });
    }
  }

  /** Makes the next step and tells `data` of it; false when there is none left. */
  async next(data?: ModelData): Promise<boolean> {
    if (this.#isClosed) throw new DteError('input.state', 'the emulator is closed', { hint: 'call next before close' });
    if (this.#step >= this.steps) return false;
    // The first step's fields were made when they were provided.
    if (this.#step > 0 || this.#fields.size === 0) await this.#make(this.#step);
    this.#step++;
    data?.update('NSTEP', this.#step);
    data?.update('WSTEP', Math.ceil(this.#step * stepSeconds));
    data?.setUpdated(['NSTEP', 'WSTEP', ...this.#wanted.map(({ name }) => name)]);
    return true;
  }

  /** Gives the memory of its fields back. A second call does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const field of this.#fields.values()) releaseField(field);
    this.#fields = new Map();
    this.#source.close();
  }

  async #make(step: number): Promise<void> {
    const before = this.#fields;
    this.#fields = await this.#source.read(step, this.#wanted, before);
    for (const [name, field] of before) if (this.#fields.get(name) !== field) releaseField(field);
  }
}

function levelsOf({ layers }: SourceField): number {
  return layers.filter(({ number }) => number === layers[0]?.number).length;
}
