import { decode } from 'fast-png';
import t from 'tap';
import { encodePng, type Image, renderChart } from '../../src/plot/index.js';

// Without titles the frame of the first panel reaches from (78, 38) to (width - 22, 38 + panelHeight - 8).
const [left, right, top, bottom] = [78, 878, 38, 250];
const blue = [78, 121, 167];
const orange = [242, 142, 43];

/** True where a pixel within two of the place has nearly that colour. */
function hasColour(image: Image, x: number, y: number, colour: readonly number[]): boolean {
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      const at = ((Math.round(y) + dy) * image.width + Math.round(x) + dx) * 4;
      if (colour.every((part, index) => Math.abs(image.data[at + index]! - part) <= 12)) return true;
    }
  }
  return false;
}

const ramp = Array.from({ length: 11 }, (_, index) => index);

t.test('lines are where the axes say', (t) => {
  const image = renderChart([
    {
      title: 'a',
      series: [
        { name: 'up', x: ramp, y: ramp },
        { name: 'level', x: ramp, y: ramp.map(() => 2) },
      ],
    },
  ]);
  t.equal(image.width, 900);
  for (const part of [0.13, 0.5, 0.87]) {
    t.ok(hasColour(image, left + part * (right - left), bottom - part * (bottom - top), blue), `diagonal at ${part}`);
    t.ok(hasColour(image, left + part * (right - left), bottom - 0.2 * (bottom - top), orange), `level at ${part}`);
  }
  t.notOk(hasColour(image, left + 0.3 * (right - left), bottom - 0.7 * (bottom - top), blue), 'and nowhere else');
  const { width, height } = decode(encodePng(image));
  t.same([width, height], [image.width, image.height]);
  t.end();
});

t.test('a value that is not finite leaves a gap, and a value alone is a dot', (t) => {
  const y = [Number.NaN, 5, Number.NaN, 5, 5, Number.NaN, Number.POSITIVE_INFINITY, 5, 5, 5, 5];
  const image = renderChart([{ title: 'gaps', range: [0, 10], series: [{ x: ramp, y }] }]);
  const at = (x: number): boolean => hasColour(image, left + (x / 10) * (right - left), (top + bottom) / 2, blue);
  t.same([0, 0.5, 1, 1.5, 3.5, 4.5, 6, 8].map(at), [false, false, true, false, true, false, false, true]);
  t.end();
});

t.test('faint series lie behind, and share the colour of the named one before them', (t) => {
  const level = (value: number): readonly number[] => ramp.map(() => value);
  const image = renderChart([
    {
      title: 'members',
      range: [0, 10],
      series: [
        { name: 'mean', x: ramp, y: level(5) },
        { x: ramp, y: level(5), isFaint: true },
        { x: ramp, y: level(8), isFaint: true },
      ],
    },
  ]);
  t.ok(hasColour(image, 300, (top + bottom) / 2, blue), 'the mean is not covered');
  t.notOk(hasColour(image, 300, bottom - 0.8 * (bottom - top), blue));
  t.ok(
    hasColour(
      image,
      300,
      bottom - 0.8 * (bottom - top),
      blue.map((part) => 255 - 0.45 * (255 - part)),
    ),
    'pale',
  );
  t.end();
});

t.test('panels stand below each other, over one axis', (t) => {
  const panel = { title: 'p', series: [{ x: ramp, y: ramp }] };
  const one = renderChart([panel]);
  const two = renderChart([panel, { title: 'q', series: [{ x: [10, 20], y: [0, 1] }] }], { xLabel: 'days' });
  t.equal(two.height - one.height, 254);
  t.ok(hasColour(two, left + 0.25 * (right - left), bottom - 0.5 * (bottom - top), blue), 'the axis reaches to 20, so 5 is at a quarter');
  t.ok(hasColour(two, left + 0.75 * (right - left), bottom + 254 - 0.5 * (bottom - top), blue));
  t.end();
});

t.test('what cannot be drawn is refused', (t) => {
  const panel = (y: readonly number[]) => [{ title: 'energy', series: [{ x: [0, 1], y }] }];
  t.throws(() => renderChart(panel([1])), { code: 'input.field', message: /'energy' has 2 places and 1 values/ });
  t.throws(() => renderChart(panel([Number.NaN, Number.NaN])), { code: 'input.field' });
  t.throws(() => renderChart([]), { code: 'input.field' });
  t.throws(() => renderChart(panel([1, 2]), { width: 100 }), { code: 'input.option' });
  t.doesNotThrow(() => renderChart(panel([3, 3])), 'a level line has an axis, too');
  t.end();
});
