import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { Backend, BackendModel, BackendOptions, Session } from '../backend.js';
import { engineOptions } from '../engine-options.js';
import { loadTfjsNodeGpu, type SavedModelInfo, type TfjsNode } from './library.js';
import { SavedModelSession } from './session.js';

/** TensorFlow's own library with CUDA, in memory of its own: SavedModel folders, with copies through the host. */
export function tfjsNodeGpu(load: () => Promise<TfjsNode> = loadTfjsNodeGpu): Backend {
  return { create: (engine, model, options) => create(load, engine, model, options) };
}

const name = 'tfjs-node-gpu';

async function create(
  load: () => Promise<TfjsNode>,
  _engine: Engine,
  model: BackendModel,
  { modelConfig }: BackendOptions,
): Promise<Session> {
  engineOptions(name, modelConfig, {});
  const { path } = model;
  if (path === undefined)
    throw new DteError('input.option', `engine '${name}' opens folders, and octets were given`, { hint: 'give a path' });
  const library = await load();
  try {
    const { tags, signature, info } = servingSignature(await library.node.getMetaGraphsFromSavedModel(path), path);
    const loaded = await library.node.loadSavedModel(path, [...tags], signature);
    return new SavedModelSession(library, loaded, info);
  } catch (cause) {
    if (cause instanceof DteError) throw cause;
    throw new DteError('data.model', `TensorFlow cannot build the model: ${(cause as Error).message}`, { cause, where: { file: path } });
  }
}

interface Serving {
  readonly tags: readonly string[];
  readonly signature: string;
  readonly info: SavedModelInfo;
}

const servingTag = 'serve';
const servingName = 'serving_default';

/** The signature that servers use; else the only one. */
function servingSignature(graphs: Awaited<ReturnType<TfjsNode['node']['getMetaGraphsFromSavedModel']>>, file: string): Serving {
  const graph = graphs.find(({ tags }) => tags.includes(servingTag)) ?? graphs[0];
  const signatures = Object.keys(graph?.signatureDefs ?? {}).filter((signature) => !signature.startsWith('__'));
  const signature = signatures.includes(servingName) ? servingName : signatures[0];
  if (graph === undefined || signature === undefined || (signatures.length > 1 && signature !== servingName)) {
    throw new DteError('data.model', `the SavedModel has no signature ${servingName}: ${signatures.join(', ') || 'none'}`, {
      where: { file },
      hint: 'export it with a serving signature',
    });
  }
  return { tags: graph.tags, signature, info: graph.signatureDefs[signature] as SavedModelInfo };
}
