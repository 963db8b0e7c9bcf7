import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { gaussianLatitudes, gridFromSpec } from '../../src/atlas/index.js';
import { present } from '../support/present.js';
import { cellOf, vectorOf } from '../support/sphere.js';

/** One of each kind and some sizes; points only for cubed spheres, of which the program says no more. */
const names = [
  ...['L36x19', 'L16', 'S36x18', 'S16', 'Slon36x19', 'Slon16', 'Slat36x18', 'Slat16', 'L7x5', 'S7x4'],
  ...['F16', 'F80', 'N16', 'N32', 'N320', 'O16', 'O32', 'O320', 'H1', 'H4', 'H5', 'H64'],
  ...['CS-EA-12', 'CS-ED-12', 'CS-LFR-12', 'CS-LFR-C-12'],
];

const skip = absence();

t.test('the names of atlas have its points, first and last position, spacing and box', { skip }, async (t) => {
  for (const name of names) {
    const facts = factsOf(name);
    const grid = gridFromSpec(name);
    t.equal(grid.points, Number(present(facts['number of points'])), `${name}: points`);
    if (grid.rows === undefined) continue;
    const { lats, counts, lonStep } = grid.rows;
    t.equal(lats.length, Number(present(facts['number of latitudes (N-S)'])), `${name}: rows`);
    t.equal(
      counts.reduce((most, count) => Math.max(most, count), 0),
      Number(present(facts['number of longitudes (max)'])),
      `${name}: longest row`,
    );
    const { lat, lon } = grid.coordinates();
    const last = grid.points - 1;
    // The program prints three decimals.
    t.ok(near([lon[0] as number, lat[0] as number], numbersOf(present(facts['lonlat(first)'])), 5.1e-4), `${name}: first point`);
    t.ok(near([lon[last] as number, lat[last] as number], numbersOf(present(facts['lonlat(last)'])), 5.1e-4), `${name}: last point`);
    // Mean distance of rows: from the equator to the first row over the steps between them.
    const [spacing] = numbersOf(present(facts['approximate resolution N-S'])) as [number];
    t.ok(
      Math.abs(((lats[0] as number) - (lats[lats.length - 1] as number)) / (lats.length - 1) - spacing) < 1e-6,
      `${name}: rows ${spacing} apart`,
    );
    const [equator] = numbersOf(present(facts['approximate resolution E-W equator'])) as [number];
    t.ok(Math.abs((lonStep[lats.length >> 1] as number) - equator) < 1e-6, `${name}: points ${equator} apart at the equator`);
    // atlas' box goes round the globe from its first column; ours ends at the last point.
    const [, west, , east] = numbersOf(present(facts['bounding_box(n,w,s,e)'])) as [number, number, number, number];
    if (grid.type !== 'healpix') t.ok(near([present(grid.area).west, present(grid.area).west + 360], [west, east], 5.1e-4), `${name}: box`);
  }
});

t.test('cells of the LFRic cubed sphere are those of atlas, in its order', { skip }, async (t) => {
  const path = join(t.testdir(), 'mesh.msh');
  execFileSync('atlas-meshgen', ['CS-LFR-5', path, '--lonlat'], { stdio: 'ignore' });
  const lines = readFileSync(path, 'utf8').split('\n');
  const table = (name: string): readonly (readonly number[])[] => {
    const start = lines.indexOf(`$${name}`);
    return lines.slice(start + 2, start + 2 + Number(lines[start + 1])).map((line) => line.trim().split(/\s+/).map(Number));
  };
  const nodes = new Map(table('Nodes').map(([id, lon, lat]) => [id as number, vectorOf(lat as number, lon as number)]));
  const cells = present(gridFromSpec('CS-LFR-5').cells?.());
  // An element: number, type, how many tags, tags, nodes.
  const elements = table('Elements').map((element) => element.slice(3 + (element[2] as number)));
  t.equal(elements.length, 150);
  for (const [cell, corners] of elements.entries()) {
    const own = cellOf(cells, cell);
    for (const corner of corners) {
      const there = present(nodes.get(corner));
      // Six digits are printed of each coordinate.
      if (!own.some((vector) => Math.hypot(vector[0] - there[0], vector[1] - there[1], vector[2] - there[2]) < 1e-5))
        t.fail(`cell ${cell}`);
    }
  }
});

t.test('Gaussian latitudes are those of atlas', { skip }, async (t) => {
  for (const n of [1, 2, 16, 33, 320]) {
    const printed = execFileSync('atlas-gaussian-latitudes', ['-N', String(n), '--full'], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .map(Number);
    const wanted = printed.length === 4 * n ? printed.filter((_, at) => at % 2 === 1) : printed;
    const own = gaussianLatitudes(n);
    t.equal(wanted.length, 2 * n, `N ${n}: ${wanted.length} latitudes`);
    const worst = wanted.reduce((most, lat, row) => Math.max(most, Math.abs(lat - (own[row] as number))), 0);
    // It prints 12 decimals of latitudes that are good to as many.
    t.ok(worst < 2e-12, `N ${n}: ${worst} degrees`);
  }
});

function near(own: readonly number[], wanted: readonly number[], tolerance: number): boolean {
  return own.every((value, at) => Math.abs(value - (wanted[at] as number)) < tolerance);
}

/** `key : value` lines. */
function factsOf(name: string): Readonly<Record<string, string>> {
  const text = execFileSync('atlas-grids', [name, '--info'], { encoding: 'utf8' });
  const facts = text.split('\n').map((line) => /^ +(.+?) *: +(.*)$/.exec(line));
  return Object.fromEntries(
    facts.filter((match) => match !== null).map((match): [string, string] => [match[1] as string, match[2] as string]),
  );
}

function numbersOf(text: string): readonly number[] {
  return (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
}

function absence(): string | false {
  try {
    execFileSync('atlas-grids', ['--list'], { stdio: 'ignore' });
    return false;
  } catch {
    if (process.env['DTE_PEERS'] === 'required') throw new Error('atlas tools (atlas-grids) are required and not installed');
    return 'atlas tools are not installed';
  }
}
