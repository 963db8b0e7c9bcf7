// Writes ONNX models: the few messages of onnx.proto (onnx/onnx: onnx/onnx.proto) that a graph of ordinary operators needs.
//
// A library was weighed: protobufjs would want the whole schema beside it, as a dependency of ours, and gives no promise that its octets
// stay the same. The encoding is a page of code: every field is a key (number, wire type) and a value, in the order they are listed here,
// so equal models are equal files.
//
//     const x = { name: 'x', type: 'f32', shape: ['N', 4] };
//     const bytes = onnxModel({
//       name: 'double', opset: 13, inputs: [x], outputs: [{ ...x, name: 'y' }],
//       nodes: [{ op: 'Mul', inputs: ['x', 'two'], outputs: ['y'] }],
//       initializers: [{ name: 'two', type: 'f32', shape: [1], values: [2] }],
//     });

const dataTypes = { f32: 1, i32: 6, i64: 7, f64: 11 };
const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 };
const utf8 = new TextEncoder();

/** The newest version of the format that all operators of opsets up to 13 belong to. */
const irVersion = 7;

/** The bytes of a model. `metadata` is a map of strings. */
export function onnxModel({
  name,
  opset = 13,
  nodes,
  inputs,
  outputs,
  initializers = [],
  doc = '',
  producer = 'dte-webgpu',
  metadata = {},
}) {
  const graph = message(
    ...nodes.map((node, index) => bytesField(1, nodeMessage(node, index))),
    textField(2, name),
    ...initializers.map((tensor) => bytesField(5, tensorMessage(tensor))),
    ...inputs.map((value) => bytesField(11, valueMessage(value))),
    ...outputs.map((value) => bytesField(12, valueMessage(value))),
  );
  return message(
    intField(1, irVersion),
    textField(2, producer),
    textField(6, doc),
    bytesField(7, graph),
    bytesField(8, message(textField(1, ''), intField(2, opset))),
    ...Object.entries(metadata).map(([key, value]) => bytesField(14, message(textField(1, key), textField(2, value)))),
  );
}

function nodeMessage({ op, inputs, outputs, attributes = {}, name }, index) {
  return message(
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, name ?? `${op.toLowerCase()}_${index}`),
    textField(4, op),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, attributeMessage(key, value))),
  );
}

/** Integers are ints, other numbers floats; a float that happens to be whole is given as `{ float: 1 }`. */
function attributeMessage(name, value) {
  const given = (type, ...fields) => message(textField(1, name), ...fields, intField(20, attributeTypes[type]));
  if (typeof value === 'string') return given('string', textField(4, value));
  if (Array.isArray(value)) {
    return value.every(Number.isInteger)
      ? given('ints', ...value.map((item) => intField(8, item)))
      : given('floats', ...value.map((item) => floatField(7, item)));
  }
  if (typeof value === 'object') return given('float', floatField(2, value.float));
  return Number.isInteger(value) ? given('int', intField(3, value)) : given('float', floatField(2, value));
}

function tensorMessage({ name, type, shape, values }) {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (values.length !== count) throw new Error(`tensor '${name}' of shape ${shape.join(' x ')} was given ${values.length} values`);
  const size = type === 'i64' || type === 'f64' ? 8 : 4;
  const raw = new DataView(new ArrayBuffer(count * size));
  for (let at = 0; at < count; at++) setters[type](raw, at * size, values[at]);
  return message(
    ...shape.map((extent) => intField(1, extent)),
    intField(2, dataTypeOf(name, type)),
    textField(8, name),
    bytesField(9, new Uint8Array(raw.buffer)),
  );
}

const setters = {
  f32: (view, at, value) => view.setFloat32(at, value, true),
  f64: (view, at, value) => view.setFloat64(at, value, true),
  i32: (view, at, value) => view.setInt32(at, value, true),
  i64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
};

/** An input or output: extents are numbers, or names of open ones. */
function valueMessage({ name, type, shape, doc = '' }) {
  const dimensions = shape.map((extent) => bytesField(1, message(typeof extent === 'string' ? textField(2, extent) : intField(1, extent))));
  const tensorType = message(intField(1, dataTypeOf(name, type)), bytesField(2, message(...dimensions)));
  return message(textField(1, name), bytesField(2, message(bytesField(1, tensorType))), textField(3, doc));
}

function dataTypeOf(name, type) {
  const found = dataTypes[type];
  if (found === undefined) throw new Error(`'${name}' has the type '${type}'; known are ${Object.keys(dataTypes).join(', ')}`);
  return found;
}

// The wire format: a key, then a varint (0), four octets (5) or a length and octets (2).

function message(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Negative numbers are 64 bits in two's complement. */
function varint(value) {
  const octets = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    octets.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(octets);
}

const key = (number, wireType) => varint(number * 8 + wireType);
const intField = (number, value) => message(key(number, 0), varint(value));
const bytesField = (number, bytes) => message(key(number, 2), varint(bytes.length), bytes);
/** Nothing at all for an empty text, except as the item of a list: an input that is left out. */
const textField = (number, text) => (text === '' && number !== 1 ? new Uint8Array(0) : bytesField(number, utf8.encode(text)));

function floatField(number, value) {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setFloat32(0, value, true);
  return message(key(number, 5), octets);
}
