import { type Context, DteError, sha256Hex } from '../base/index.js';

/** Models that the package carries, each with its script and card in `models/<name>`. */
export const shippedModels = ['longwave', 'vortex'] as const;

export const isShipped = (name: string): boolean => (shippedModels as readonly string[]).includes(name);

export interface CardTensor {
  readonly name: string;
  /** Extents, for people: `[N, 1, H, W]`. */
  readonly shape: string;
  /** ECMWF's short name of the quantity, where it has one. */
  readonly param?: string;
  readonly unit: string;
  readonly meaning: string;
}

/** What a model takes and gives, how it was made, and how well it does. */
export interface ModelCard {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly licence: string;
  readonly parameters: number;
  readonly inputs: readonly CardTensor[];
  readonly outputs: readonly CardTensor[];
  /** Of models of columns: their levels, in order. */
  readonly levels?: { readonly levtype: string; readonly unit: string; readonly values: readonly number[] };
  readonly limits: readonly string[];
}

/** A model of the package. `absent.file` for an unknown name, `data.checksum` when its file is not the one of its card. */
export async function shippedModel(
  context: Pick<Context, 'asset'>,
  name: string,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly card: ModelCard }> {
  if (!isShipped(name)) {
    throw new DteError('absent.file', `'${name}' is not a model of this package`, { hint: `they are ${shippedModels.join(', ')}` });
  }
  const card = JSON.parse(new TextDecoder().decode(await context.asset(`models/${name}/card.json`))) as ModelCard;
  const bytes = await context.asset(`models/${name}/${card.file}`);
  const digest = sha256Hex(bytes);
  if (digest !== card.sha256) {
    throw new DteError('data.checksum', `the model has the SHA-256 ${digest} and its card says ${card.sha256}`, {
      where: { file: `models/${name}/${card.file}` },
      hint: 'install the package again, or make the model by node models/make.mjs',
    });
  }
  return { bytes, card };
}
