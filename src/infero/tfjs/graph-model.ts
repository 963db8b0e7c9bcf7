import { DteError, folderOf, readWhole } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { BackendModel } from '../backend.js';

/** A graph model as its files say: what `loadGraphModelSync` takes. */
export interface GraphModelFiles {
  readonly json: Readonly<Record<string, unknown>>;
  readonly weights: ArrayBuffer;
}

/** `model.json` and the weight files that it names, which lie beside it. `data.model` for what is no graph model. */
export async function readGraphModel({ context }: Engine, model: BackendModel): Promise<GraphModelFiles> {
  const { path } = model;
  const where = path === undefined ? {} : { file: path };
  const json = parsed(await model.bytes(), where);
  if (json['format'] === 'layers-model') {
    throw new DteError('unsupported.engine', "the model is a layers model, and engine 'tfjs' runs graph models", {
      where,
      hint: 'tensorflowjs_converter --input_format=tfjs_layers_model --output_format=tfjs_graph_model model.json FOLDER',
    });
  }
  if (typeof json['modelTopology'] !== 'object') refuse('it has no modelTopology', where);
  const parts: Uint8Array[] = [];
  for (const file of weightFiles(json)) {
    if (path === undefined) refuse(`its weights lie in '${file}', beside a file that was not given`, where, 'give the model by its path');
    parts.push(await readWhole(context.fs, `${folderOf(path as string)}/${file}`));
  }
  return { json, weights: joined(parts) };
}

function parsed(bytes: Uint8Array, where: { readonly file?: string }): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch (cause) {
    throw new DteError('data.model', `not a model of TensorFlow.js: ${(cause as Error).message}`, {
      where,
      cause,
      hint: 'give its model.json',
    });
  }
  return refuse('it is no object', where);
}

function weightFiles(json: Readonly<Record<string, unknown>>): readonly string[] {
  const manifest = (json['weightsManifest'] ?? []) as readonly { readonly paths?: readonly string[] }[];
  return manifest.flatMap(({ paths }) => paths ?? []);
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.byteLength;
  }
  return whole.buffer;
}

function refuse(reason: string, where: { readonly file?: string }, hint = 'give the model.json of a graph model'): never {
  throw new DteError('data.model', `not a model of TensorFlow.js: ${reason}`, { where, hint });
}
