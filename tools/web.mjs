// `node tools/web.mjs [--out DIR]`: the page's half of the package (src/web.ts) as ES modules for a browser, in build/web.
// `--assets` writes src/base/web-assets.ts anew instead, after a shader or table was added; a test compares.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SetupError, ensureInstalled, filesUnder, main, root } from './setup.mjs';

/** What `Context.asset` offers in a page. */
const assets = [...filesUnder('shaders').filter((path) => path.endsWith('.wgsl')), ...filesUnder('src/grib/tables')];
const assetList = 'src/base/web-assets.ts';

/** Puts the assets' text in place of their addresses: a chunk with all shaders, and one for each table. */
const embeddedAssets = {
  name: 'embedded-assets',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]src[\\/]base[\\/]web-assets\.ts$/ }, () => {
      const shaders = assets.filter((path) => path.endsWith('.wgsl'));
      const loads = assets.map((path) => {
        const key = JSON.stringify(path);
        return shaders.includes(path)
          ? `${key}: async () => (await import('asset:shaders')).default[${key}]`
          : `${key}: async () => (await import('asset:${path}')).default`;
      });
      return { contents: `export const webAssets = {\n${loads.join(',\n')}\n};`, loader: 'js' };
    });
    onResolve({ filter: /^asset:/ }, ({ path }) => ({ path: path.slice('asset:'.length), namespace: 'asset' }));
    onLoad({ filter: /.*/, namespace: 'asset' }, ({ path }) => {
      const text = (file) => readFileSync(join(root, file), 'utf8');
      if (path !== 'shaders') return { contents: text(path), loader: 'text' };
      const texts = Object.fromEntries(assets.filter((file) => file.endsWith('.wgsl')).map((file) => [file, text(file)]));
      return { contents: `export default ${JSON.stringify(texts)};`, loader: 'js' };
    });
  },
};

await main(async (args) => {
  if (args[0] === '--assets') {
    writeFileSync(join(root, assetList), assetListText());
    return;
  }
  if (args.length > 0 && (args.length !== 2 || args[0] !== '--out'))
    throw new SetupError('usage: node tools/web.mjs [--out DIR | --assets]');
  await ensureInstalled();
  const out = args[0] === '--out' ? resolve(args[1]) : join(root, 'build', 'web');
  await bundle(out);
  report(out);
});

async function bundle(out) {
  if (readFileSync(join(root, assetList), 'utf8') !== assetListText())
    throw new SetupError(`${assetList} is out of date; run node tools/web.mjs --assets`);
  const { build } = await import('esbuild');
  rmSync(out, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/web.ts'],
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    sourcemap: true,
    logLevel: 'error',
    plugins: [embeddedAssets],
  });
}

function assetListText() {
  const lines = assets.map((path) => {
    const [key, address] = [`  '${path}': () =>`, `new URL('../../../${path}', import.meta.url),`];
    // As the formatter has it.
    return key.length + 1 + address.length > 140 ? `${key}\n    ${address}` : `${key} ${address}`;
  });
  return `/**
 * The files that a page can ask the package for, by path from its root. Written by \`node tools/web.mjs --assets\`, one literal
 * address each: that is what bundlers look for. The addresses are those of the built package (build/src/base); our own bundle
 * has the files' text in their place.
 */
export const webAssets: Readonly<Record<string, () => URL | Promise<string>>> = {
${lines.join('\n')}
};
`;
}

/** Bytes as they are and compressed, file by file. */
function report(out) {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
  const rows = files.map((path) => ({ path, bytes: statSync(join(out, path)).size, gzip: gzipSync(readFileSync(join(out, path))).length }));
  const total = { path: relative(root, out) || '.', bytes: sum(rows, 'bytes'), gzip: sum(rows, 'gzip') };
  for (const { path, bytes, gzip } of [...rows.sort((a, b) => b.bytes - a.bytes), total]) {
    process.stdout.write(`${String(bytes).padStart(9)} bytes ${String(gzip).padStart(8)} gzip  ${path}\n`);
  }
}

function sum(rows, key) {
  return rows.reduce((total, row) => total + row[key], 0);
}
