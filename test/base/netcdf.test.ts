// netCDF files: what ncgen writes in every format, what we write and ncdump reads, and damaged files.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type NetcdfToWrite, readNetcdf, writeNetcdf } from '../../src/base/index.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-netcdf-'));
t.teardown(() => rmSync(folder, { recursive: true }));

const noNetcdf = ((): string | false => {
  try {
    execFileSync('ncgen', ['-h'], { stdio: 'ignore' });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'netcdf-bin is not installed' : false;
  }
})();

const example: NetcdfToWrite = {
  dimensions: { links: 3, wide: 2 },
  attributes: { title: 'a title', numbers: [1, 2, 3], real: [0.5] },
  variables: {
    weight: {
      type: 'double',
      dimensions: ['links', 'wide'],
      attributes: { units: 'unitless' },
      values: Float64Array.of(0.1, -2, 3e300, 4, 5, 6),
    },
    address: { type: 'int', dimensions: ['links'], values: Int32Array.of(1, -2, 2 ** 31 - 1) },
    single: { type: 'float', dimensions: ['wide'], values: Float32Array.of(1.5, -0.25) },
    odd: { type: 'short', dimensions: ['links'], values: Int16Array.of(1, -2, 3) },
    scalar: { type: 'byte', dimensions: [], values: Int8Array.of(-7) },
  },
};

t.test('what is written is read again', async (test) => {
  const file = await readNetcdf(writeNetcdf(example));
  test.same(file.dimensions, example.dimensions);
  test.same(file.attributes, example.attributes);
  for (const [name, { type, dimensions, values }] of Object.entries(example.variables)) {
    const read = file.variables[name]!;
    test.same([read.type, read.dimensions, [...read.values]], [type, dimensions, [...values]], name);
  }
  test.same(file.variables['weight']!.attributes, { units: 'unitless' });
  test.same(file.variables['weight']!.shape, [3, 2]);
});

t.test('types that the oldest formats lack make a file of the newest classic format', async (test) => {
  const bytes = writeNetcdf({
    dimensions: { n: 2 },
    variables: {
      big: { type: 'int64', dimensions: ['n'], values: Float64Array.of(-(2 ** 40), 5) },
      word: { type: 'uint', dimensions: ['n'], values: Uint32Array.of(2 ** 32 - 1, 0) },
    },
  });
  test.equal(bytes[3], 5);
  const { variables } = await readNetcdf(bytes);
  test.same([...variables['big']!.values], [-(2 ** 40), 5]);
  test.same([...variables['word']!.values], [2 ** 32 - 1, 0]);
});

const text = `netcdf x { dimensions: time = UNLIMITED ; p = 3 ;
variables: double time(time) ; short v(time, p) ; v:scale = 0.5f ; v:name = "vé" ; float fixed(p) ; byte b(time) ;
:history = "made" ; :count = 4 ;
data: time = 1, 2 ; v = 1, 2, 3, 4, 5, -6 ; fixed = 0.5, 1.5, 2.5 ; b = 7, -8 ; }`;

t.test('files of ncgen in all formats, with a dimension without limit', { skip: noNetcdf }, async (test) => {
  writeFileSync(join(folder, 'x.cdl'), text);
  for (const kind of ['classic', '64-bit-offset', '64-bit-data', 'netCDF-4', 'netCDF-4 classic model']) {
    const path = join(folder, 'x.nc');
    execFileSync('ncgen', ['-k', kind, '-o', path, join(folder, 'x.cdl')]);
    const { variables, dimensions, attributes } = await readNetcdf(readFileSync(path), path);
    test.same([...variables['v']!.values], [1, 2, 3, 4, 5, -6], kind);
    test.same(variables['v']!.shape, [2, 3], kind);
    test.same([...variables['time']!.values], [1, 2], kind);
    test.same([...variables['b']!.values], [7, -8], kind);
    test.same([...variables['fixed']!.values], [0.5, 1.5, 2.5], kind);
    if (kind.startsWith('netCDF-4')) continue;
    test.same(variables['v']!.attributes, { scale: [0.5], name: 'vé' }, kind);
    test.same(dimensions, { time: 2, p: 3 }, kind);
    test.same(attributes, { history: 'made', count: [4] }, kind);
  }
});

t.test('a file with one record variable, whose records are not padded', { skip: noNetcdf }, async (test) => {
  writeFileSync(join(folder, 'one.cdl'), 'netcdf one { dimensions: t = UNLIMITED ; variables: byte b(t) ; data: b = 1, 2, 3, 4, 5 ; }');
  const path = join(folder, 'one.nc');
  execFileSync('ncgen', ['-k', 'classic', '-o', path, join(folder, 'one.cdl')]);
  test.same([...(await readNetcdf(readFileSync(path))).variables['b']!.values], [1, 2, 3, 4, 5]);
});

t.test('ncdump reads what is written', { skip: noNetcdf }, async (test) => {
  const path = join(folder, 'ours.nc');
  writeFileSync(path, writeNetcdf(example));
  const dump = execFileSync('ncdump', [path], { encoding: 'utf8' });
  for (const line of [
    /double weight\(links, wide\)/,
    /weight =\s+0\.1/,
    /-2/,
    /3[.\d]*e\+300/,
    /address = 1, -2, 2147483647/,
    /odd = 1, -2, 3/,
    /scalar = -7/,
    /title = "a title"/,
  ])
    test.match(dump, line);
});

t.test('a file that ends early is refused wherever it ends', async (test) => {
  const bytes = writeNetcdf(example);
  for (let length = 0; length < bytes.length - 4; length++) {
    await test.rejects(
      readNetcdf(bytes.slice(0, length), 'w.nc'),
      { code: /^data\.(truncated|format)$/, where: { file: 'w.nc' } },
      `${length}`,
    );
  }
});

t.test('other files, unknown types and impossible lists are refused', async (test) => {
  await test.rejects(readNetcdf(new TextEncoder().encode('GRIB'), 'x.grib'), {
    code: 'data.format',
    message: /begins with 47 52 49 42.*x\.grib/,
  });
  const changed = (at: number, octet: number): Uint8Array => {
    const bytes = writeNetcdf({ dimensions: { n: 1 }, variables: { v: { type: 'int', dimensions: ['n'], values: Int32Array.of(1) } } });
    bytes[at] = octet;
    return bytes;
  };
  await test.rejects(readNetcdf(changed(3, 9)), { code: 'data.format', message: /version 9/ });
  await test.rejects(readNetcdf(changed(11, 12)), { code: 'data.format', message: /list 12 where list 10 belongs/ });
  const hdf = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 1, 2, 3);
  await test.rejects(readNetcdf(hdf, 'h.nc'), { code: 'data.format', message: /damaged netCDF-4 file/ });
});

t.test('a damaged octet is read as another value or refused, never more', async (test) => {
  const bytes = writeNetcdf(example);
  for (let at = 4; at < bytes.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const changed = bytes.slice();
      changed[at]! ^= flip;
      const code = await readNetcdf(changed).then(
        () => 'read',
        (error) => (error as { code?: string }).code ?? String(error),
      );
      if (!/^(read|data\.)/.test(code)) test.fail(`octet ${at}: ${code}`);
    }
  }
  test.pass(`${3 * bytes.length} changes`);
});
