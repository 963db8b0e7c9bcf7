// A trusted plugin: it has the engine at hand and works on device arrays. Values come to the host only by engine.read.
export function createPlugin({ coreConfig }) {
  const limit = coreConfig.limit ?? 10;
  return {
    info: { name: 'PLUGIN', version: '0.1.0' },
    negotiate: async () => ({
      required: [{ name: '10u', type: 'ATLAS_FIELD', available: 'on-request' }],
      offered: [{ name: 'largest', type: 'DOUBLE', available: 'on-request' }],
      requestedPlumeVersion: '0.0.0',
      requestedAtlasVersion: '0.0.0',
      offeredPlumeVersion: '0.0.0',
      offeredAtlasVersion: '0.0.0',
    }),
    async run(context, data) {
      const { tiles } = data.field('10u').field;
      const values = await context.engine.read(...tiles.map((tile) => tile.values));
      let largest = 0;
      for (const array of values) for (const value of array) if (value > largest) largest = value;
      context.set('largest', largest);
      if (largest > limit) context.notify('wind.strong', { largest, limit });
    },
  };
}
