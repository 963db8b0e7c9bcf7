// The README's commands and example, run as a newcomer would: the synthetic job first, then the example on its input.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../src/base/node.js';

const root = fileURLToPath(packageRoot());
const folder = mkdtempSync(join(tmpdir(), 'dte-readme-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const env = { ...process.env, DTE_CACHE: join(folder, 'cache'), DTE_DEVICE: 'cpu' };

function run(args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8', timeout: 120_000 });
  return { status, out: stdout + stderr };
}

t.test('the main job makes its input, regrids it, draws a map and says what it did', async (test) => {
  const { status, out } = run([join(root, 'build/dte/main.js'), 'demo']);
  test.equal(status, 0, out);
  for (const word of ['synthetic', 'fields', '44', 'executor', 'GB/s', 'out/regridded.grib', 'out/map.png']) test.match(out, word);
  const png = readFileSync(join(folder, 'out/map.png'));
  test.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
  test.ok(existsSync(join(folder, 'out/regridded.grib')));
});

t.test('the library example runs as it stands', async (test) => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  test.match(example, 'prepareRegrid');
  writeFileSync(join(folder, 'example.mjs'), example);
  // The package as a user's project sees it.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'run.mjs'),
    `import { register } from 'node:module';\nregister('./self.mjs', import.meta.url);\nawait import('./example.mjs');\n`,
  );
  writeFileSync(
    join(folder, 'self.mjs'),
    `const root = ${JSON.stringify(`file://${root}`)};
const map = JSON.parse((await import('node:fs')).readFileSync(new URL('package.json', root), 'utf8')).exports;
export async function resolve(name, context, next) {
  const own = name.startsWith('dte-webgpu') ? map['.' + name.slice('dte-webgpu'.length)] : undefined;
  return own === undefined ? next(name, context) : { url: new URL(own, root).href, shortCircuit: true };
}
`,
  );
  const { status, out } = run([join(folder, 'run.mjs')]);
  test.equal(status, 0, out);
  test.match(out, /^\d+$/m);
});
