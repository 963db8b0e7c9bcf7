import t from 'tap';
import { cellCount, gridFromSpec, gridMesh, type Mesh } from '../../src/atlas/index.js';
import { isDteError } from '../../src/base/index.js';
import { type Image, renderMesh } from '../../src/plot/index.js';

function colourAt({ data, width }: Image, x: number, y: number): readonly number[] {
  const at = 4 * (y * width + x);
  return [...data.subarray(at, at + 3)];
}

const options = { width: 800, coastlines: false } as const;

t.test('every cell is filled: quadrilaterals in one colour, triangles in another', async (t) => {
  // Rows near the poles of N16 are joined by triangles, those at the equator by quadrilaterals.
  const image = await renderMesh(gridMesh(gridFromSpec('N16')), options);
  const counts = new Map<string, number>();
  // Well inside the frame of the map, which takes all but the margins.
  for (let y = 30; y < 370; y++) {
    for (let x = 50; x < 750; x++) {
      const [red, , blue] = colourAt(image, x, y);
      const kind =
        red > 215 && blue > red + 5
          ? 'quadrilateral'
          : red > blue + 20 && red > 215
            ? 'triangle'
            : red > 252 && blue > 252
              ? 'paper'
              : 'line';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  t.equal(counts.get('paper') ?? 0, 0, 'no paper shows through');
  t.ok((counts.get('quadrilateral') ?? 0) > 30_000);
  t.ok((counts.get('triangle') ?? 0) > 30_000);
});

t.test('what cannot be drawn is refused', async (t) => {
  const mesh = gridMesh(gridFromSpec('O8'));
  const fine: Mesh = { ...mesh, triangles: new Uint32Array(3 * 1_000_001) };
  await t.rejects(renderMesh(fine), /cells is too fine to be drawn; at most 1000000/);
  await t.rejects(renderMesh(mesh, { group: [1, 2] }), new RegExp(`2 groups for ${cellCount(mesh)} cells`));
  await t.rejects(renderMesh(mesh, { width: 20 }), /width 20 is not a whole number of pixels/);
  await renderMesh(fine).catch((error: unknown) => t.ok(isDteError(error, 'limit.range')));
});
