import t from 'tap';
import { type Coverage, fillCoverage, strokeCoverage } from '../../src/plot/raster.js';

const limit = { left: 0, top: 0, right: 40, bottom: 30 };
const sum = ({ parts }: Coverage) => parts.reduce((total, part) => total + part, 0);
const at = ({ box, parts }: Coverage, x: number, y: number) => parts[(y - box.top) * (box.right - box.left) + (x - box.left)];

t.test('the coverage of a shape adds up to its area', async (t) => {
  const rectangle = fillCoverage([[2.25, 3.5, 10.75, 3.5, 10.75, 8.25, 2.25, 8.25]], limit);
  t.ok(Math.abs(sum(rectangle) - 8.5 * 4.75) < 1e-4);
  t.ok(Math.abs(at(rectangle, 2, 3) - 0.75 * 0.5) < 1e-6, 'a corner pixel is covered by the product of its parts');
  t.equal(at(rectangle, 5, 5), 1);
  // Flat triangle: edges that cross many pixels of one scanline.
  t.ok(Math.abs(sum(fillCoverage([[1.5, 10.2, 33.7, 11.9, 12.1, 14.3]], limit)) - 0.5 * Math.abs(32.2 * 4.1 - 10.6 * 1.7)) < 1e-3);
});

t.test('an inner contour the other way round is a hole', async (t) => {
  const ring = fillCoverage(
    [
      [0, 0, 10, 0, 10, 10, 0, 10],
      [2, 2, 2, 8, 8, 8, 8, 2],
    ],
    limit,
  );
  t.ok(Math.abs(sum(ring) - 64) < 1e-4);
  t.equal(at(ring, 5, 5), 0);
});

t.test('a shape is cut at the limit on all sides', async (t) => {
  t.ok(Math.abs(sum(fillCoverage([[-20, -20, 80, -20, 80, 80, -20, 80]], limit)) - 40 * 30) < 1e-3);
  t.equal(sum(fillCoverage([[50, 50, 60, 50, 60, 60]], limit)), 0);
});

t.test('a line covers about its length times its width', async (t) => {
  const line = strokeCoverage([[5, 5, 35, 25]], 3, limit);
  const length = Math.hypot(30, 20);
  // Round ends add a circle of the line's width.
  t.ok(Math.abs(sum(line) - (length * 3 + Math.PI * 1.5 ** 2)) < 3, String(sum(line)));
  t.equal(at(line, 20, 15), 1);
});
