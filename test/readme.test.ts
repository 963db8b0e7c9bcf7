// The README's commands and examples, run as a newcomer would: the two jobs first, then the examples on the input of the second.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../src/base/node.js';

const root = fileURLToPath(packageRoot());
const folder = mkdtempSync(join(tmpdir(), 'dte-readme-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const main = join(root, 'build/dte/main.js');
const noFdb = { FDB_CONFIG: '', FDB_CONFIG_FILE: '', FDB_HOME: '', FDB5_CONFIG: '', FDB5_CONFIG_FILE: '', FDB5_HOME: '' };
const own = {
  DTE_CACHE: join(folder, 'cache'),
  DTE_DEVICE: 'cpu',
  DTE_FDB_ROOT: join(folder, 'fields'),
  PATH: `${folder}/bin:${process.env['PATH']}`,
};
const env = { ...process.env, ...noFdb, ...own };

function run(args: readonly string[], program = process.execPath): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', timeout: 120_000 });
  return { status, out: stdout + stderr };
}

/** The blocks of a language in the README. */
function examples(language: string): readonly string[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block as string);
}

t.test('the main job runs a model into a store, reads it back, draws it and says what it did', async (test) => {
  const { status, out } = run([main, 'demo', '--truncation', '21', '--days', '1']);
  test.equal(status, 0, out);
  for (const word of ['galewsky', 'executor', 'vortices (running', 'model steps', 'plugins', 'store to maps', 'out/fdb'])
    test.match(out, word);
  for (const picture of ['map', 'vortices', 'series', 'diagnostics']) {
    const png = readFileSync(join(folder, `out/${picture}.png`));
    test.equal(png.subarray(1, 4).toString('latin1'), 'PNG', picture);
  }
});

t.test('the regridding job makes its input, regrids it, draws a map and says what it did', async (test) => {
  const { status, out } = run([main, 'demo', 'regrid']);
  test.equal(status, 0, out);
  for (const word of ['synthetic', 'fields', '44', 'executor', 'GB/s', 'out/regridded.grib', 'out/map.png']) test.match(out, word);
  const png = readFileSync(join(folder, 'out/map.png'));
  test.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
  test.ok(existsSync(join(folder, 'out/regridded.grib')));
});

t.test('the quick start of the field store runs as it stands', async (test) => {
  const [quickStart = ''] = examples('sh');
  for (const verb of ['write', 'list', 'read', 'extract', 'zarr', 'check']) test.match(quickStart, `dte fdb ${verb} `);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/dte'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'quick-start.sh'), quickStart);
  const { status, out } = run(['-e', 'quick-start.sh'], 'sh');
  test.equal(status, 0, out);
  test.match(out, /^FDB archive 44 messages/m);
  // Temperature on the eight levels of the synthetic set.
  test.equal(out.match(/^{class=rd,expver=dte0,.*param=130},length=/gm)?.length, 8);
  test.match(out, /^8 fields, .* in t\.grib$/m);
  test.equal(out.match(/^\d+ +48\.\d+ +16\.\d+ +\d\S* +2\d\d\.\d+$/gm)?.length, 8, out);
  test.match(out, /in fields\.zarr$/m);
  test.match(out, /^sound: .* 44 messages/m);
});

t.test('the library examples run as they stand', async (test) => {
  // The package as a user's project sees it.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{}');
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
  const expected = [
    { word: 'prepareRegrid', printed: [/^\d+$/m] },
    { word: 'openFdb', printed: [/^(500|850) \d+$/m, /^O320 4$/m, /^missing 0$/m, /^129 \d+/m, /^\d+ octets$/m] },
    { word: 'openModel', printed: [/^onnx-cpu \[ 2, 2, 91, 180 \]$/m] },
  ];
  for (const [number, example] of examples('ts').entries()) {
    const { word, printed } = expected[number] ?? { word: 'an example that this test knows', printed: [] };
    test.match(example, word);
    writeFileSync(join(folder, `example-${number}.mjs`), example);
    writeFileSync(
      join(folder, 'run.mjs'),
      `import { register } from 'node:module';\nregister('./self.mjs', import.meta.url);\nawait import('./example-${number}.mjs');\n`,
    );
    const { status, out } = run([join(folder, 'run.mjs')]);
    test.equal(status, 0, out);
    for (const text of printed) test.match(out, text);
  }
});
