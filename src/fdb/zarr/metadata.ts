import type { ChunkGrid } from './chunk-grid.js';

export type DataType = 'float32' | 'float64' | 'int32';
export type Attributes = Readonly<Record<string, unknown>>;

/** Metadata of a node as it stands in `zarr.json`. Source: Zarr core specification, version 3.0. */
export type NodeMetadata = Readonly<Record<string, unknown>>;

export interface ArrayFacts {
  readonly grid: ChunkGrid;
  readonly dataType: DataType;
  readonly fill: number;
  readonly dimensionNames: readonly string[];
  readonly attributes: Attributes;
}

export function arrayMetadata({ grid, dataType, fill, dimensionNames, attributes }: ArrayFacts): NodeMetadata {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: grid.shape,
    data_type: dataType,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: grid.chunkShape } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: Number.isFinite(fill) ? fill : Number.isNaN(fill) ? 'NaN' : fill > 0 ? 'Infinity' : '-Infinity',
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    attributes,
    dimension_names: dimensionNames,
  };
}

/** `nodes`: metadata of all arrays by name, repeated in the group so that a reader needs one request for all of it. */
export function groupMetadata(attributes: Attributes, nodes: ReadonlyMap<string, NodeMetadata>): NodeMetadata {
  return {
    zarr_format: 3,
    node_type: 'group',
    attributes,
    consolidated_metadata: { kind: 'inline', must_understand: false, metadata: Object.fromEntries(nodes) },
  };
}

export function metadataBytes(metadata: NodeMetadata): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(metadata, undefined, 2)}\n`);
}
