// Compiles the WebAssembly sources with AssemblyScript into base64 modules beside the code that uses them. Only needed after a
// change of a source: the results are kept with the sources, so that a build needs no second compiler.
// `--check` compares instead of writing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='];
// Twins see the arrays of the CPU executor: one memory, shared by all threads, and no data of their own in it.
const overArena = ['--importMemory', '--sharedMemory', '--enable', 'threads', '--initialMemory', '1', '--maximumMemory', '65536'];
const modules = [
  { source: 'wasm/aec.ts', target: 'src/grib/codec/aec-wasm.ts', name: 'AEC_WASM', options: ['--initialMemory', '4'] },
  { source: 'wasm/grib/unpack.ts', target: 'src/grib/unpack-wasm.ts', name: 'unpackWasm', options: overArena },
  { source: 'wasm/compute/value-range.ts', target: 'src/compute/value-range-wasm.ts', name: 'valueRangeWasm', options: overArena },
  { source: 'wasm/grib/pack.ts', target: 'src/grib/pack-wasm.ts', name: 'packWasm', options: overArena },
  { source: 'wasm/atlas/fvm.ts', target: 'src/atlas/fvm/fvm-wasm.ts', name: 'fvmWasm', options: overArena },
  { source: 'wasm/atlas/moments.ts', target: 'src/atlas/functionspace/moments-wasm.ts', name: 'momentsWasm', options: overArena },
  { source: 'wasm/regrid/csr-apply.ts', target: 'src/regrid/csr-apply-wasm.ts', name: 'csrApplyWasm', options: overArena },
  { source: 'wasm/spectral/legendre.ts', target: 'src/spectral/legendre-wasm.ts', name: 'legendreWasm', options: overArena },
  { source: 'wasm/spectral/fourier.ts', target: 'src/spectral/fourier-wasm.ts', name: 'fourierWasm', options: overArena },
  { source: 'wasm/twin/step.ts', target: 'src/twin/step-wasm.ts', name: 'stepWasm', options: overArena },
  {
    source: 'wasm/spectral/legendre-analysis.ts',
    target: 'src/spectral/legendre-analysis-wasm.ts',
    name: 'legendreAnalysisWasm',
    options: overArena,
  },
  {
    source: 'wasm/spectral/fourier-analysis.ts',
    target: 'src/spectral/fourier-analysis-wasm.ts',
    name: 'fourierAnalysisWasm',
    options: overArena,
  },
];

const { default: asc } = await import('assemblyscript/asc');

async function compiled({ source, options }) {
  const written = new Map();
  const readFile = (name) => {
    try {
      return readFileSync(join(root, name), 'utf8');
    } catch {
      return null;
    }
  };
  const { error, stderr } = await asc.main([source, ...common, ...options, '--outFile', 'module.wasm'], {
    readFile,
    listFiles: () => [],
    writeFile: (name, contents) => written.set(name, contents),
  });
  if (error) throw new Error(`${source}: ${error.message}\n${stderr.toString()}`);
  return Buffer.from(written.get('module.wasm')).toString('base64');
}

for (const module of modules) {
  const { source, target, name } = module;
  const text = `/** The compiled form of \`${source}\`, base64. Made by \`node wasm/build.mjs\`; a test compares. */\nexport const ${name} =\n  '${await compiled(module)}';\n`;
  if (!process.argv.includes('--check')) writeFileSync(join(root, target), text);
  else if (readFileSync(join(root, target), 'utf8') !== text) throw new Error(`${target} is not what ${source} compiles to; run node wasm/build.mjs`);
}
