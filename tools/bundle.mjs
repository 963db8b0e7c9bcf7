// The command `dte` as a few files: build/src/cli and all that it loads, packages included, one file for each set of modules that
// verbs have in common. Loading 270 modules one by one took 0.25 s of a listing's 0.45 s; from the bundle the same verb loads 30.
// Worker threads and everything that is found by its place (`import.meta.url`) still come from build/src and node_modules.
import { readFile, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const out = join(root, 'build', 'dte');

/** A bundled module goes by the address of the file that it was. */
const ownAddress = {
  name: 'own-address',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]build[\\/]src[\\/].*\.js$/ }, async ({ path }) => {
      const address = `new URL(${JSON.stringify(`../${relative(join(root, 'build'), path).split(sep).join('/')}`)}, import.meta.url).href`;
      return { contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', address), loader: 'js' };
    });
  },
};

await rm(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['build/src/cli/main.js'],
  outdir: out,
  chunkNames: 'part-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['webgpu', 'playwright-core', 'esbuild', 'onnxruntime-node', 'onnxruntime-web', '@tensorflow/*', 'gpu.js'],
  // An older module that is loaded on use loses its named exports when it is split off; yaml has the newer form, too.
  alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'index.js') },
  // Packages in the older form of modules call `require` for Node's own.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  plugins: [ownAddress],
  logLevel: 'warning',
});
