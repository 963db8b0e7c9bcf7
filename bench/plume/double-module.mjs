// The same on the model's own thread: out = 2 u with the engine's own reading and writing.
export function createPlugin({ coreConfig: { output } }) {
  const param = { type: 'ATLAS_FIELD', available: 'on-request' };
  const versions = {
    requestedPlumeVersion: '0.0.0',
    requestedAtlasVersion: '0.0.0',
    offeredPlumeVersion: '0.0.0',
    offeredAtlasVersion: '0.0.0',
  };
  return {
    info: { name: 'double', version: '1.0.0' },
    negotiate: async () => ({
      required: [{ ...param, name: 'u' }],
      offered: [{ ...param, name: output, shape: { like: 'u' } }],
      ...versions,
    }),
    async run({ engine, outputs }, data) {
      const sources = data.field('u').field.tiles;
      const targets = outputs[output].field.tiles;
      const values = await engine.peek(...sources.map((tile) => tile.values));
      const doubled = values.map((tile) => tile.map((value) => 2 * value));
      await engine.run((pass) => {
        for (const [index, tile] of doubled.entries()) pass.copy(pass.upload('f32', tile), targets[index].values, 0);
      });
    },
  };
}
