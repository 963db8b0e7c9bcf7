import { interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { createColourScale } from '../../src/plot/colour-scale.js';
import { findPalette, paletteNames, paletteOf } from '../../src/plot/palette.js';

const hex = (css: string) => [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16));
const rgb = (css: string) => (css.match(/\d+/g) ?? []).map(Number);

t.test('the ends of the scale have the end colours of the palette, and so has everything beyond', async (t) => {
  const scale = createColourScale(findPalette('viridis'), 0, 1, { range: [0, 1] });
  t.same(scale.colour(0), hex(interpolateViridis(0)));
  t.same(scale.colour(1), hex(interpolateViridis(1)));
  t.same(scale.colour(-7), scale.colour(0));
  t.same(scale.colour(7), scale.colour(1));
});

t.test('bands: first and last band have the end colours, and the colour changes at ticks only', async (t) => {
  const scale = createColourScale(findPalette('viridis'), 0, 10, { range: [0, 10], bands: true, intervals: 10 });
  t.same(scale.ticks, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  t.same(scale.colour(0.01), hex(interpolateViridis(0)));
  t.same(scale.colour(9.99), hex(interpolateViridis(1)));
  t.same(scale.colour(3.02), scale.colour(3.98));
  t.notSame(scale.colour(2.98), scale.colour(3.02));
});

t.test('a diverging palette puts zero in its middle', async (t) => {
  const scale = createColourScale(findPalette('anomaly'), -3, 8, { intervals: 8 });
  t.equal(scale.min, -scale.max);
  const middle = rgb(interpolateRdBu(0.5));
  scale.colour(0).forEach((part, index) => t.ok(Math.abs((part ?? 0) - middle[index]) <= 2));
});

t.test('the precipitation scale is white at zero and follows the square root', async (t) => {
  const scale = createColourScale(findPalette('precipitation'), 0, 50, { range: [0, 50] });
  t.same(scale.colour(0), [255, 255, 255]);
  t.equal(scale.position(12.5), 0.5, 'a quarter of the range is half of the scale');
  t.equal(scale.ticks[0], 0);
  t.equal(scale.ticks[scale.ticks.length - 1], 50);
});

t.test('a range that is not finite and ascending is refused', async (t) => {
  const bad: [number, number][] = [
    [0, Number.NaN],
    [Number.NEGATIVE_INFINITY, 0],
    [1, 1],
    [2, 1],
  ];
  for (const range of bad) {
    try {
      createColourScale(findPalette('viridis'), 0, 1, { range });
      t.fail(`range ${range} was accepted`);
    } catch (error) {
      t.ok(isDteError(error, 'input.option'), String(error));
    }
  }
});

t.test('a misspelt palette is refused with the nearest name', async (t) => {
  t.throws(() => findPalette('virdis'), { code: 'input.option', hint: "did you mean 'viridis'?" });
  t.throws(() => findPalette('toString'), { code: 'input.option' });
});

t.test('parameters find the palette of their family', async (t) => {
  t.equal(paletteOf('2t'), 'temperature');
  t.equal(paletteOf('msl'), 'pressure');
  t.equal(paletteOf('tp'), 'precipitation');
  t.equal(paletteOf('vo'), 'vorticity');
  t.equal(paletteOf('no-such-parameter'), 'viridis');
  t.ok(
    paletteNames.every((name) =>
      findPalette(name)
        .at(0.5)
        .every((part) => Number.isFinite(part)),
    ),
  );
});
