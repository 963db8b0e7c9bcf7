// Errors: their text, their exit codes, and that no code of the table is dead or untested.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { atPlace, DteError, ERROR_CODES, exitCodeOf, isDteError, nearestWord } from '../../src/base/index.js';
import { packageRoot } from '../../src/base/node.js';

t.test('a message holds reason, place and hint, in that order', async (test) => {
  const error = new DteError('data.section', 'section 4 states a length of 2 octets', {
    where: { offset: 100, file: 'a.grib', message: 3 },
    hint: 'at least 11',
  });
  test.equal(error.message, 'section 4 states a length of 2 octets (a.grib, message 3, byte 100); at least 11');
  test.equal(new DteError('fault.internal', 'plain').message, 'plain');
});

t.test('a place added later does not hide the one that was known', async (test) => {
  const error = atPlace(new DteError('data.codec', 'bad', { where: { offset: 5 } }), { file: 'x', offset: 9 });
  test.ok(isDteError(error, 'data.codec'));
  test.same((error as DteError).where, { file: 'x', offset: 5 });
  const elsewhere = atPlace(new DteError('data.codec', 'bad', { where: { file: 'mask' } }), { file: 'x', message: 2, offset: 9 });
  test.same((elsewhere as DteError).where, { file: 'mask' }, 'a place in one file is none in another');
  test.equal((elsewhere as DteError).message, 'bad, met with x, message 2, byte 9 (mask)');
  test.equal((atPlace(elsewhere, { file: 'x', message: 2 }) as DteError).message, (elsewhere as DteError).message, 'told once');
  const foreign = new Error('other');
  test.equal(atPlace(foreign, { file: 'x' }), foreign);
});

t.test('the family fixes the exit code', async (test) => {
  const families = {
    'input.option': 2,
    'absent.file': 4,
    'data.message': 5,
    'limit.memory': 6,
    'unsupported.grid': 7,
    'fault.write': 70,
  } as const;
  for (const [code, exit] of Object.entries(families)) test.equal(exitCodeOf(new DteError(code as keyof typeof families, '')), exit, code);
  test.equal(exitCodeOf(new Error('foreign')), 70);
});

t.test('the nearest word is offered only when it is near', async (test) => {
  test.equal(nearestWord('lineer', ['linear', 'nearest-neighbour']), 'linear');
  test.equal(nearestWord('O32O', ['regular_ll']), undefined);
  test.equal(nearestWord('zz', ['a5', 'rd']), undefined, 'no letter in common');
  test.equal(nearestWord('Near', ['linear', 'nearest-neighbour']), 'linear', 'two letters off is nearer than a beginning');
  test.equal(nearestWord('stereo', ['orthographic', 'stereographic-north']), 'stereographic-north', 'else a beginning is enough');
  test.equal(nearestWord('st', ['orthographic', 'stereographic-north']), undefined, 'of three letters or more');
});

t.test('every code is raised in src and provoked by a test', async (test) => {
  const root = fileURLToPath(packageRoot());
  const textOf = (folder: string): string => {
    const files = readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true }).filter(
      (file) => file.name.endsWith('.ts') && file.name !== 'errors.ts' && file.name !== 'errors.test.ts',
    );
    return files.map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'utf8')).join('\n');
  };
  const [source, tests] = [textOf('src'), textOf('test')];
  for (const code of Object.keys(ERROR_CODES)) {
    test.ok(source.includes(`'${code}'`), `${code} is raised`);
    test.ok(tests.includes(`'${code}'`), `${code} is tested`);
  }
});
