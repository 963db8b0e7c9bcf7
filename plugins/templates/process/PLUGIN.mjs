// An isolated plugin: it sees host copies of the fields agreed on, [layers, points], and nothing else of the model.
export const info = { name: 'PLUGIN', version: '0.1.0' };

export const protocol = {
  required: [
    { name: '10u', type: 'ATLAS_FIELD' },
    { name: '10v', type: 'ATLAS_FIELD' },
  ],
  offered: [{ name: 'speed', type: 'ATLAS_FIELD', shape: { like: '10u' } }],
};

export function run(_context, data) {
  const u = data.field('10u');
  const v = data.field('10v');
  const speed = u.values.map((value, index) =>
    value === u.missing || v.values[index] === v.missing ? u.missing : Math.hypot(value, v.values[index]),
  );
  return { speed };
}
