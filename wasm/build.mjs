// Compiles wasm/aec.ts (and wasm/aec/) with AssemblyScript and writes it as src/grib/codec/aec-wasm.ts. Only after a change of the source: the
// result is kept with the sources so that a build needs no second compiler. `--check` compares instead of writing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'src/grib/codec/aec-wasm.ts');
const { default: asc } = await import('assemblyscript/asc');
const folder = mkdtempSync(join(tmpdir(), 'aec-'));
try {
  const output = join(folder, 'aec.wasm');
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '4', '--use', 'abort='];
  const files = { readFile: (name) => { try { return readFileSync(join(root, name), 'utf8'); } catch { return null; } } };
  const { error, stderr } = await asc.main(['wasm/aec.ts', ...options, '--outFile', 'aec.wasm'], {
    ...files,
    listFiles: () => [],
    writeFile: (name, contents) => writeFileSync(join(folder, name), contents),
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const text = `/** The compiled form of \`wasm/aec.ts\`, base64. Made by \`node wasm/build.mjs\`; a test compares. */\nexport const AEC_WASM =\n  '${readFileSync(output).toString('base64')}';\n`;
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) throw new Error('src/grib/codec/aec-wasm.ts is not what wasm/aec.ts compiles to; run node wasm/build.mjs');
  } else writeFileSync(target, text);
} finally {
  rmSync(folder, { recursive: true });
}
