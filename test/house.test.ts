// House rules that neither the compiler nor the linter knows. Every rule is a pure function from sources to complaints, and is
// first shown a small bad example, so that a rule that stopped working does not pass unseen.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../src/base/package-root.js';

/** Path from the package root -> text. */
type Sources = ReadonlyMap<string, string>;

const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['compute', 'mars', 'bus'],
  ['atlas'],
  ['grib', 'regrid', 'spectral', 'stats', 'plot'],
  ['mir', 'fdb', 'aviso', 'infero', 'ecflow'],
  ['multio', 'pgen', 'polytope', 'plume', 'twin', 'pyflow', 'pyfdb'],
  ['serve'],
  ['cli', ''], // The command line starts servers. '' is src itself: index.ts, web.ts
];
/** From here on a folder may be for Node alone. */
const DOORS = 6;
const LONGEST_FILE_LINES = 400;
const MACHINE = /(?<![.\w])process\.\w+|(?<![.\w])console\.\w+|\bDate\.now\b|\bnew Date\(\)/;
// A host that only serves packages, and a path that exists on one machine only, have no place in the project.
const REGISTRY_HOST =
  /\b(?:registry|packages?|artifacts?|artifactory|nexus|deb|security|snapshot|mirrors?|ftp)\.[\w-]+(?:\.[\w-]+)*\.(?:org|com|net|io|dev|cloud)\b/;
const MACHINE_PATH = /(?:^|[\s"'`(=:])\/(?:home|root|Users|work|workspace|mnt)\/\w/;

const folderOf = (path: string): string => path.match(/^src\/([^/]+)\//)?.[1] ?? '';
const floorOf = (folder: string): number => FLOORS.findIndex((folders) => folders.includes(folder));

function withoutComments(text: string): string {
  const lines = text.split('\n').map((line) => (/^\s*(\/\/|\/\*|\*)/.test(line) ? '' : line.replace(/\s\/\/ .*$/, '')));
  return lines.join('\n');
}

/** Specifiers of a module's imports; without `dynamic`, only those that load with it. */
function importsOf(text: string, dynamic: boolean): string[] {
  const statements = withoutComments(text).matchAll(/\b(?:from|import)\s*(\(?)\s*'([^']+)'/g);
  return [...statements].filter(([, call]) => dynamic || call === '').map(([, , specifier]) => specifier as string);
}

/** Source file that a relative specifier names. */
function resolveImport(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** The first `node:` module that loads together with `path`, with the chain of files that leads to it. */
function nodeChain(sources: Sources, path: string, seen = new Set<string>()): string | undefined {
  if (seen.has(path)) return undefined;
  seen.add(path);
  for (const specifier of importsOf(sources.get(path) ?? '', false)) {
    if (specifier.startsWith('node:')) return `${path} -> ${specifier}`;
    const rest = specifier.startsWith('.') ? nodeChain(sources, resolveImport(path, specifier), seen) : undefined;
    if (rest !== undefined) return `${path} -> ${rest}`;
  }
  return undefined;
}

function floorComplaints(sources: Sources): string[] {
  const complaints: string[] = [];
  for (const [path, text] of sources) {
    const folder = folderOf(path);
    if (floorOf(folder) < 0) complaints.push(`${path}: folder '${folder}' has no floor`);
    for (const specifier of importsOf(text, true).filter((name) => name.startsWith('.'))) {
      const target = resolveImport(path, specifier);
      const into = folderOf(target);
      if (into === folder) continue;
      const step = floorOf(into) - floorOf(folder);
      if (step > 0) complaints.push(`${path}: upward import of ${target}`);
      else if (step === 0 && folder !== '') complaints.push(`${path}: sideways import of ${target}`);
      // The Node half of base stays out of its index, so that a page can load that; it is named file by file.
      const nodeHalf = into === 'base' && nodeChain(sources, target) !== undefined;
      // Likewise the page's half, which has a door of its own.
      const webHalf = target === 'src/base/web.ts';
      if (into !== '' && target !== `src/${into}/index.ts` && !nodeHalf && !webHalf) complaints.push(`${path}: deep import of ${target}`);
    }
  }
  return complaints;
}

/** A page loads `web.ts` and what every folder below the doors exports: no Node module may come along. */
function browserComplaints(sources: Sources): string[] {
  const entries = [...sources.keys()].filter(
    (path) => path === 'src/web.ts' || (/^src\/[^/]+\/index\.ts$/.test(path) && floorOf(folderOf(path)) < DOORS),
  );
  return entries.map((path) => nodeChain(sources, path)).filter((chain) => chain !== undefined);
}

function machineComplaints(sources: Sources): string[] {
  const complaints: string[] = [];
  for (const [path, text] of sources) {
    if (['base', 'cli'].includes(folderOf(path))) continue;
    const use = withoutComments(text).match(MACHINE)?.[0];
    if (use !== undefined) complaints.push(`${path}: ${use} belongs to base/ and cli/; take it from the Context`);
    for (const specifier of importsOf(text, true)) if (specifier.startsWith('node:')) complaints.push(`${path}: import of ${specifier}`);
  }
  return complaints;
}

/** Dispatches are counted with one size of workgroups (lib/index.wgsl). */
function groupComplaints(shaders: Sources): string[] {
  return [...shaders]
    .filter(([path, text]) => !path.startsWith('shaders/lib/') && !/@compute @workgroup_size\(group_size\)\nfn main\(/.test(text))
    .map(([path]) => `${path}: the entry point is '@compute @workgroup_size(group_size)' and 'fn main(' below it`);
}

function kernelComplaints(sources: Sources, shaders: readonly string[]): string[] {
  const complaints: string[] = [];
  const declared = new Set<string>();
  for (const [path, text] of sources) {
    const code = withoutComments(text);
    for (const match of code.matchAll(/(?<!function )\bkernel(?:<[^(]*>)?\(\s*'([^']+)'/g)) {
      const stem = match[1] as string;
      if (declared.has(stem)) complaints.push(`${path}: kernel '${stem}' is declared twice`);
      declared.add(stem);
      if (!shaders.includes(`shaders/${stem}.wgsl`)) complaints.push(`${path}: kernel '${stem}' has no shaders/${stem}.wgsl`);
      if (!/\bcpu\s*[:,(}]/.test(callText(code.slice(match.index)))) complaints.push(`${path}: kernel '${stem}' has no host twin (cpu:)`);
    }
  }
  for (const path of shaders.filter((name) => !name.startsWith('shaders/lib/'))) {
    const stem = path.slice('shaders/'.length, -'.wgsl'.length);
    if (!declared.has(stem)) complaints.push(`${path}: no kernel('${stem}', ...) declares it`);
  }
  return complaints;
}

/** The text of a call up to its closing parenthesis. */
function callText(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++;
    if (text[index] === ')' && --depth === 0) return text.slice(0, index);
  }
  return text;
}

function lengthComplaints(sources: Sources): string[] {
  return [...sources]
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines; split it by noun (at most ${LONGEST_FILE_LINES})`);
}

function placeComplaints(files: Sources): string[] {
  return [...files].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const found = line.match(REGISTRY_HOST) ?? line.match(MACHINE_PATH);
      return found === null ? [] : [`${path}:${index + 1}: ${found[0].trim()}`];
    }),
  );
}

const root = fileURLToPath(packageRoot());

function readFolder(folder: string, ending: string): Sources {
  const paths = readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((path) =>
    posix.join(folder, path.replaceAll('\\', '/')),
  );
  return new Map(paths.filter((path) => path.endsWith(ending)).map((path) => [path, readFileSync(root + path, 'utf8')]));
}

const example = (...files: [string, string][]): Sources => new Map(files);
const sources = readFolder('src', '.ts');

t.test('imports between folders of src go downwards, never sideways, and through index.ts', async (t) => {
  const base: [string, string] = ['src/base/index.ts', "export * from './errors.js';"];
  const bad = example(
    base,
    ['src/atlas/grid.ts', "import { regrid } from '../regrid/index.js';"],
    ['src/regrid/recipe.ts', "export type { Field } from '../grib/index.js';"],
    ['src/grib/keys.ts', "import {\n  DteError,\n} from '../base/errors.js';"],
    ['src/plot/map.ts', "const { open } = await import('../cli/index.js'); import type { Grid } from '../atlas/index.js';"],
    ['src/misc/a.ts', ''],
  );
  t.strictSame(floorComplaints(bad), [
    'src/atlas/grid.ts: upward import of src/regrid/index.ts',
    'src/regrid/recipe.ts: sideways import of src/grib/index.ts',
    'src/grib/keys.ts: deep import of src/base/errors.ts',
    'src/plot/map.ts: upward import of src/cli/index.ts',
    "src/misc/a.ts: folder 'misc' has no floor",
  ]);
  t.strictSame(floorComplaints(sources), []);
});

t.test('what a page loads brings no Node module along', async (t) => {
  const files = example(
    ['src/web.ts', "export * from './grib/index.js';"],
    ['src/grib/index.ts', "export { read } from './read.js'; const later = () => import('../base/node-files.js');"],
    ['src/grib/read.ts', "import { files } from '../base/node-files.js';"],
    ['src/base/node-files.ts', "import { open } from 'node:fs';"],
  );
  const chain = 'src/grib/index.ts -> src/grib/read.ts -> src/base/node-files.ts -> node:fs';
  t.strictSame(browserComplaints(files), [`src/web.ts -> ${chain}`, chain]);
  t.strictSame(browserComplaints(new Map([...files, ['src/grib/read.ts', '']])), []);
  t.strictSame(browserComplaints(sources), []);
});

t.test('process, console, clocks and Node modules are used in base/ and cli/ only', async (t) => {
  const bad = example(
    ['src/compute/a.ts', '// process.env is fine here\nconst threads = process.env.THREADS;'],
    ['src/grib/b.ts', "console.log('x');"],
    ['src/plot/c.ts', "const now = Date.now(); // today\nimport { open } from 'node:fs';"],
    ['src/cli/main.ts', "import { open } from 'node:fs'; console.log(process.env.HOME);"],
    ['src/atlas/d.ts', 'context.process.run();\n/** console.log */'],
  );
  t.strictSame(
    machineComplaints(bad).map((text) => text.replace(/ belongs .*/, '')),
    ['src/compute/a.ts: process.env', 'src/grib/b.ts: console.log', 'src/plot/c.ts: Date.now', 'src/plot/c.ts: import of node:fs'],
  );
  t.strictSame(machineComplaints(sources), []);
});

t.test('every shader has one declaration with a host twin, and every declaration a shader', async (t) => {
  const bad = example(
    ['src/regrid/a.ts', "export const a = kernel('regrid/a', { threads: ({ rows }) => [rows], cpu: aHost });"],
    ['src/regrid/b.ts', "export const b = kernel('regrid/b', { tolerance: 0 });\nconst cpu = { cpu: 1 };"],
    ['src/regrid/c.ts', "// kernel('regrid/none')\nexport const c = kernel<P>(\n  'regrid/c', { cpu });\nkernel('regrid/a', { cpu });"],
  );
  t.strictSame(
    kernelComplaints(bad, ['shaders/lib/missing.wgsl', 'shaders/regrid/a.wgsl', 'shaders/regrid/b.wgsl', 'shaders/regrid/d.wgsl']),
    [
      "src/regrid/b.ts: kernel 'regrid/b' has no host twin (cpu:)",
      "src/regrid/c.ts: kernel 'regrid/c' has no shaders/regrid/c.wgsl",
      "src/regrid/c.ts: kernel 'regrid/a' is declared twice",
      "shaders/regrid/d.wgsl: no kernel('regrid/d', ...) declares it",
    ],
  );
  const shaders = readFolder('shaders', '.wgsl');
  t.strictSame(kernelComplaints(sources, [...shaders.keys()]), []);
  const otherSize = example(['shaders/regrid/a.wgsl', '@compute @workgroup_size(64)\nfn main() {}'], ['shaders/lib/b.wgsl', '']);
  t.equal(groupComplaints(otherSize).length, 1);
  t.strictSame(groupComplaints(shaders), []);
});

t.test('a source file can be read in a sitting', async (t) => {
  const lines = (count: number): string => 'x;\n'.repeat(count);
  const found = lengthComplaints(example(['src/a.ts', lines(400)], ['src/b.ts', lines(401)]));
  t.strictSame(found, ['src/b.ts: 401 lines; split it by noun (at most 400)']);
  t.strictSame(lengthComplaints(sources), []);
});

t.test('no tracked file names a package registry or a path of one machine', async (t) => {
  const slash = '/'; // keeps the examples out of the rules' own sight
  const host = ['registry', 'example', 'org'].join('.');
  const bad = example(
    ['a.json', `{\n  "resolved": "https:/${slash}${host}/x.tgz" }`],
    ['b.sh', `cd ${slash}home/someone/x`],
    ['c.ts', "import '../src/home/x.js'; const url = 'https://example.org/work/x'; registry.get('x'); '/usr/bin/python3';"],
  );
  t.strictSame(placeComplaints(bad), [`a.json:2: ${host}`, `b.sh:1: ${slash}home/s`]);
  if (!existsSync(`${root}.git`)) {
    t.pass('tracked files', { skip: 'not a git checkout: which files are tracked is not known' });
    return;
  }
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const texts = tracked
    .filter((path) => path !== '' && existsSync(root + path))
    .map((path) => [path, readFileSync(root + path, 'utf8')] as const);
  t.ok(texts.length > 10, 'git lists the files of this checkout');
  t.strictSame(placeComplaints(new Map(texts.filter(([, text]) => !text.includes('\0')))), []);
});
