// Frames of plugin processes, and what may be in a message.
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { DeviceArray } from '../../src/compute/index.js';
import { encodeFrame, FrameReader } from '../../src/plume/isolated/frames.js';
import { checkSendable } from '../../src/plume/isolated/message-guard.js';

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const frame = (message: object, arrays = new Map<string, Float32Array | Float64Array>()): Uint8Array =>
  joined(encodeFrame(message, arrays));
const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return isDteError(error) ? `${error.code}: ${error.message}` : error;
  }
};

t.test('frames come out as they went in, wherever the octets are cut', async (t) => {
  const arrays = new Map<string, Float32Array | Float64Array>([
    ['u', Float32Array.of(1.5, -3.4028234663852886e38, Number.NaN)],
    ['empty', new Float32Array(0)],
    ['é', Float64Array.of(0.1, 1e300)],
  ]);
  const octets = joined([
    frame({ kind: 'run', id: 1, text: 'Nürnberg' }, arrays),
    frame({ kind: 'teardown' }),
    frame({ kind: 'run' }, arrays),
  ]);
  t.equal(new TextDecoder().decode(octets.subarray(0, 4)), 'PLUM');
  for (const size of [1, 2, 3, 7, 16, 17, 61, octets.length]) {
    const reader = new FrameReader(() => 100);
    const frames = [];
    for (let at = 0; at < octets.length; at += size) frames.push(...reader.add(octets.subarray(at, at + size)));
    t.same(
      frames.map(({ message }) => message['kind']),
      ['run', 'teardown', 'run'],
      `pieces of ${size}`,
    );
    t.equal(frames[0]?.message['text'], 'Nürnberg');
    t.same([...(frames[2]?.arrays ?? [])], [...arrays]);
  }
});

t.test('what is no frame is refused with what was met', async (t) => {
  const whole = frame({ kind: 'done', id: 1 }, new Map([['u', Float32Array.of(1, 2)]]));
  const changed = (at: number, value: number): Uint8Array => Uint8Array.from(whole, (octet, index) => (index === at ? value : octet));
  const read = (octets: Uint8Array, most = 8): unknown => errorOf(() => new FrameReader(() => most).add(octets));
  const bad = (message: object | string, extra = 0): Uint8Array => {
    const text = new TextEncoder().encode(typeof message === 'string' ? message : JSON.stringify(message));
    const header = new DataView(new ArrayBuffer(16));
    new Uint8Array(header.buffer).set(new TextEncoder().encode('PLUM'));
    header.setUint32(4, text.length, true);
    header.setUint32(8, extra, true);
    return joined([new Uint8Array(header.buffer), text, new Uint8Array(extra)]);
  };
  t.match(
    read(new TextEncoder().encode('Segmentation violation\n!!')),
    /^fault\.plugin: what came is no frame: 'Segmentation violation\.!!'; standard output is for frames/,
  );
  t.match(
    read(whole, 7),
    /^fault\.plugin: a frame of \d+ octets of text and 8 of arrays is longer than agreed; at most \d+ and 7 are expected/,
  );
  t.match(read(changed(7, 2)), /octets of text and 8 of arrays is longer than agreed/);
  t.match(read(changed(16, 33)), /the text of a frame is not JSON/);
  t.match(read(bad('[1]')), /the text of a frame is no JSON object/);
  t.match(read(bad({ arrays: [{ name: 'u', type: 'f16', length: 2 }] })), /the 'arrays' of a frame are no list of \{name, type, length\}/);
  t.match(read(bad({ arrays: [{ name: 'u', type: 'f32', length: -1 }] })), /are no list/);
  t.match(read(bad({ arrays: [{ name: 'u', type: 'f32', length: 2 }] }, 4)), /array 'u' of 2 f32 is longer than its frame/);
  t.match(read(bad({ arrays: [{ name: 'u', type: 'f32', length: 1 }] }, 8)), /a frame has 4 octets after its arrays/);
});

t.test('nothing goes on its way that would not arrive', async (t) => {
  class GPUBuffer {}
  class GPUDevice {}
  class Special extends GPUDevice {}
  const array = new DeviceArray('f32', 1, { sizeBytes: 4 }, () => {});
  const check = (value: unknown): unknown => errorOf(() => checkSendable(value, 'config'));
  const loop: Record<string, unknown> = { values: Float32Array.of(1) };
  loop['self'] = loop;
  for (const fine of [loop, null, [1, 'a', new Map([[1, { a: new Set() }]])]]) t.equal(check(fine), undefined);
  t.match(check({ a: [0, new GPUBuffer()] }), /^input\.plugin: config\.a\[1\] is a GPUBuffer, which cannot go.*send the values/);
  t.match(check(new Map([['d', new Special()]])), /config\[d\] is a GPUDevice/);
  t.match(check({ array }), /config\.array is a DeviceArray/);
  t.match(check({ hook: () => 1 }), /config\.hook is a function.*send plain data/);
});
