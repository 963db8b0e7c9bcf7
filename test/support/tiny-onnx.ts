// ONNX files of a few nodes, as octets: enough of the protocol buffers of onnx.proto to say what a test needs.
export interface TinyTensor {
  readonly name: string;
  /** TensorProto.DataType; 1 (float32) by default, 7 is int64, 11 float64, 8 text. */
  readonly type?: number;
  /** A text is the name of an open extent. */
  readonly shape: readonly (number | string)[];
}

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers. */
  readonly attributes?: Readonly<Record<string, number>>;
}

/** Weights in a file beside the model. */
export interface TinyWeights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly file: string;
}

export interface TinyModel {
  readonly weights?: readonly TinyWeights[];
  readonly inputs: readonly TinyTensor[];
  readonly outputs: readonly TinyTensor[];
  readonly nodes: readonly TinyNode[];
}

type Octets = readonly number[];

const varint = (value: number): Octets => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
const number = (field: number, value: number): Octets => [...varint(field << 3), ...varint(value)];
const block = (field: number, content: Octets): Octets => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field: number, value: string): Octets => block(field, [...new TextEncoder().encode(value)]);

function valueInfo(field: number, { name, type = 1, shape }: TinyTensor): Octets {
  const dimensions = shape.flatMap((extent) => block(1, typeof extent === 'number' ? number(1, extent) : text(2, extent)));
  return block(field, [...text(1, name), ...block(2, block(1, [...number(1, type), ...block(2, dimensions)]))]);
}

function node({ op, inputs, outputs, attributes = {} }: TinyNode): Octets {
  const given = Object.entries(attributes).flatMap(([name, value]) => block(5, [...text(1, name), ...number(3, value), ...number(20, 2)]));
  return block(1, [...inputs.flatMap((name) => text(1, name)), ...outputs.flatMap((name) => text(2, name)), ...text(4, op), ...given]);
}

function weight({ name, shape, file }: TinyWeights): Octets {
  const location = block(13, [...text(1, 'location'), ...text(2, file)]);
  return block(5, [...shape.flatMap((extent) => number(1, extent)), ...number(2, 1), ...text(8, name), ...location, ...number(14, 1)]);
}

/** A model of opset 13. */
export function tinyOnnx({ inputs, outputs, nodes, weights = [] }: TinyModel): Uint8Array {
  const graph = [
    ...nodes.flatMap(node),
    ...text(2, 'tiny'),
    ...weights.flatMap(weight),
    ...inputs.flatMap((input) => valueInfo(11, input)),
    ...outputs.flatMap((output) => valueInfo(12, output)),
  ];
  return Uint8Array.from([...number(1, 7), ...block(7, graph), ...block(8, number(2, 13))]);
}

/** difference = a - b and ratio = a / b of two tensors [N, 3]; the names are in no alphabetical order. */
export const tinyPair: TinyModel = {
  inputs: [
    { name: 'b', shape: ['N', 3] },
    { name: 'a', shape: ['N', 3] },
  ],
  outputs: [
    { name: 'ratio', shape: ['N', 3] },
    { name: 'difference', shape: ['N', 3] },
  ],
  nodes: [
    { op: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
    { op: 'Div', inputs: ['a', 'b'], outputs: ['ratio'] },
  ],
};

/** y [4, 3, 2] is x [2, 3, 4] with its axes reversed: its elements in rows are those of x in columns. */
export const tinyTranspose: TinyModel = {
  inputs: [{ name: 'x', shape: [2, 3, 4] }],
  outputs: [{ name: 'y', shape: [4, 3, 2] }],
  nodes: [{ op: 'Transpose', inputs: ['x'], outputs: ['y'] }],
};
