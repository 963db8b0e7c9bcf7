# A plugin process in another language: what one needs of the frames (src/plume/isolated/frames.ts), and a plugin that doubles 'u'.
import array
import json
import struct
import sys

owner_in, owner_out = sys.stdin.buffer, sys.stdout.buffer
sys.stdout = sys.stderr  # what is printed is no frame


def receive():
    header = owner_in.read(16)
    if len(header) < 16:
        sys.exit(0)  # the owner is gone
    magic, text, _ = struct.unpack('<4sIQ', header)
    assert magic == b'PLUM'
    message = json.loads(owner_in.read(text))
    arrays = {}
    for item in message.get('arrays', []):
        values = array.array({'f32': 'f', 'f64': 'd'}[item['type']])
        values.frombytes(owner_in.read(item['length'] * values.itemsize))
        arrays[item['name']] = values
    return message, arrays


def send(message, arrays={}):
    types = {'f': 'f32', 'd': 'f64'}
    message['arrays'] = [{'name': name, 'type': types[values.typecode], 'length': len(values)} for name, values in arrays.items()]
    text = json.dumps(message).encode()
    data = b''.join(values.tobytes() for values in arrays.values())
    owner_out.write(struct.pack('<4sIQ', b'PLUM', len(text), len(data)) + text + data)
    owner_out.flush()


fields = {}
while True:
    message, arrays = receive()
    answer, outputs = {'kind': 'done', 'id': message['id']}, {}
    if message['kind'] == 'load':
        config = message['config']
        answer['info'] = {'name': 'double', 'version': '0.1.0'}
        answer['protocol'] = {
            'required': [{'name': 'u', 'type': 'ATLAS_FIELD'}, {'name': 'NSTEP', 'type': 'INT'}],
            'offered': [{'name': 'twice', 'type': 'ATLAS_FIELD', 'shape': {'like': 'u'}}, {'name': 'sum', 'type': 'DOUBLE'}],
        }
    elif message['kind'] == 'setup':
        missing = message['missing']
        fields.update(arrays)
    elif message['kind'] == 'run':
        fields.update(arrays)  # only what has changed is sent
        if config.get('mode') == 'throw':
            raise ValueError('it rains')
        u = fields['u']
        outputs['twice'] = array.array('f', [missing if value == missing else 2 * value for value in u])
        answer['scalars'] = {'sum': sum(value for value in u if value != missing) + 1000 * message['moment']['scalars']['NSTEP']['value']}
        if config.get('mode') == 'short':
            outputs['twice'] = outputs['twice'][:3]
        if config.get('mode') == 'print':
            owner_out.write(b'hello from a library\n')
    send(answer, outputs)
