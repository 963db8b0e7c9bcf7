import { DteError, nearestWord, type Where } from '../base/index.js';
import type { ModelConfig, ModelOptions, ModelSource } from './types.js';

/** What a configuration says: the arguments of `openModel`. */
export interface ModelSetup {
  readonly source: ModelSource;
  readonly options: ModelOptions;
}

const keys = ['path', 'type', 'model_config'];

/** Upstream's defaults, which hold for configurations; a call of `openModel` uses all threads of its engine. */
const onnxDefaults: ModelConfig = { numInteropThreads: 1, numIntraopThreads: 1 };

/**
 * Reads a model's configuration, YAML or JSON: `path`, `type` (`onnx`: the engine is chosen; else the name of an engine), and options of
 * the engine under `model_config`. Errors: `input.syntax`, `input.config`, with lines.
 */
export async function parseModelConfig(text: string, file?: string): Promise<ModelSetup> {
  const { isMap, LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const place = (line: number | undefined): Where => ({ ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) });
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new DteError('input.syntax', `the model configuration is no YAML: ${fault.message.split('\n')[0] as string}`, {
      where: place(fault.linePos?.[0].line),
    });
  }
  const { contents } = document;
  const lineOf = (key: string): number | undefined => {
    const pair = isMap(contents) ? contents.items.find((item) => String(item.key) === key) : undefined;
    const start = (pair?.key as { readonly range?: readonly number[] } | undefined)?.range?.[0];
    return start === undefined ? undefined : lineCounter.linePos(start).line;
  };
  return modelSetup(document.toJS(), (key) => place(key === undefined ? undefined : lineOf(key)));
}

/** The same from a configuration that was parsed; `placeOf` tells where a key, or all of it, stands. */
export function modelSetup(value: unknown, placeOf: (key?: string) => Where = () => ({})): ModelSetup {
  if (!isRecord(value)) {
    throw new DteError('input.config', 'the model configuration is not a map', {
      where: placeOf(),
      hint: `its keys are ${keys.join(', ')}`,
    });
  }
  for (const key of Object.keys(value)) if (!keys.includes(key)) refuseKey(key, placeOf(key));
  const path = textOf(value, 'path', placeOf);
  const type = textOf(value, 'type', placeOf);
  const given = modelConfigOf(value['model_config'], placeOf('model_config'));
  const modelConfig = type === 'onnx' ? { ...onnxDefaults, ...given } : given;
  return { source: { path }, options: { engine: type === 'onnx' ? 'auto' : type, modelConfig } };
}

function textOf(value: Readonly<Record<string, unknown>>, key: string, placeOf: (key?: string) => Where): string {
  const text = value[key];
  if (typeof text === 'string' && text !== '') return text;
  const met = text === undefined ? 'is missing' : `is ${JSON.stringify(text)}`;
  throw new DteError('input.config', `'${key}' of the model configuration ${met}`, {
    where: placeOf(text === undefined ? undefined : key),
    hint: key === 'path' ? 'give the model file' : 'give onnx, or the name of an engine',
  });
}

function modelConfigOf(value: unknown, where: Where): ModelConfig {
  if (value === undefined || value === null) return {};
  const isPlain = (item: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof item);
  if (isRecord(value) && Object.values(value).every(isPlain)) return value as ModelConfig;
  throw new DteError('input.config', "'model_config' of the model configuration is not a map of plain values", { where });
}

function refuseKey(key: string, where: Where): never {
  const near = nearestWord(key, keys);
  throw new DteError('input.config', `the model configuration has no key '${key}'`, {
    where,
    hint: near === undefined ? `its keys are ${keys.join(', ')}` : `did you mean '${near}'?`,
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
