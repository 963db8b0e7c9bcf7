// The mars verbs: files, standard input and texts in, requests out; bad input is one clear line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const job = join(folder, 'job.req');
writeFileSync(
  job,
  '# a job\nretrieve, class=od, date=20240229/to/20240301, step=0/6,\n  param=2t, levtype=sfc, area=e, target="out file.grib"\nret, step=12\n',
);

t.test('expand fills in the defaults, of a file, of standard input and of a text', async (t) => {
  const expected = [
    'retrieve,\n\tclass=od,\n\tlevtype=sfc,\n\tdate=20240229/20240301,\n\tstep=0/6,\n\tparam=167,\n\tarea=73.5/-27/33/45,\n\ttarget="out file.grib",',
    '\ttype=an,\n\tstream=oper,\n\ttime=1200,\n\texpver=0001,\n\tdomain=g\n',
  ].join('\n');
  const text = await output(['mars', 'expand', job]);
  t.equal(`${text.split('\n\n')[0]}\n`, expected);
  t.equal(
    await output(['mars', 'expand', '-'], { input: Buffer.from('# nothing\nret,class=od,step=6,date=-1') }),
    await output(['mars', 'expand', 'ret,class=od,step=6,date=-1']),
  );
  t.equal(
    await output(['mars', 'expand'], { input: Buffer.from('ret,date=0') }),
    await output(['mars', 'expand', 'ret,date=0']),
    'standard input is the default',
  );
});

t.test('expand --no-inherit, --today and --json', async (t) => {
  t.equal(
    await output(['mars', 'expand', '--no-inherit', 'ret,date=-1,param=t', '--today', '2024-03-01']),
    'retrieve,\n\tdate=20240229,\n\tparam=130\n',
  );
  const [request] = JSON.parse(await output(['mars', 'expand', '--json', '--no-inherit', 'ret,step=0/to/12/by/6'])) as readonly unknown[];
  t.strictSame(request, { verb: 'retrieve', keywords: { step: ['0', '6', '12'] } });
});

t.test('expand --flatten prints every field, areas stay whole', async (t) => {
  const lines = (await output(['mars', 'expand', '--flatten', '--no-inherit', 'ret,step=0/6,levelist=1/2,area=1/2/3/4']))
    .trim()
    .split('\n');
  t.strictSame(lines, [
    'retrieve,step=0,levelist=1,area=1/2/3/4',
    'retrieve,step=0,levelist=2,area=1/2/3/4',
    'retrieve,step=6,levelist=1,area=1/2/3/4',
    'retrieve,step=6,levelist=2,area=1/2/3/4',
  ]);
  const rows = JSON.parse(await output(['mars', 'expand', '--flatten', '--json', '--no-inherit', 'ret,step=0/6'])) as readonly unknown[];
  t.strictSame(rows, [{ step: '0' }, { step: '6' }]);
});

t.test('parse prints what is written, without looking anything up', async (t) => {
  t.equal(await output(['mars', 'parse', "Foo, BAR = 1/to/3 , x='a b'"]), 'foo,\n\tbar=1/to/3,\n\tx="a b"\n');
  t.strictSame(JSON.parse(await output(['mars', 'parse', '--json', job])), [
    {
      verb: 'retrieve',
      keywords: {
        class: ['od'],
        date: ['20240229', 'to', '20240301'],
        step: ['0', '6'],
        param: ['2t'],
        levtype: ['sfc'],
        area: ['e'],
        target: ['out file.grib'],
      },
    },
    { verb: 'ret', keywords: { step: ['12'] } },
  ]);
  t.equal(
    await output(['mars', 'parse', await output(['mars', 'parse', job])]),
    await output(['mars', 'parse', job]),
    'what is printed is read again',
  );
});

t.test('check counts fields, goes on after errors and ends with 2', async (t) => {
  t.equal(await output(['mars', 'check', job]), 'line 2: retrieve, 4 fields\nline 4: retrieve, 2 fields\n');
  const run = await dte(['mars', 'check', 'ret,step=0\nret,clas=od\nret,levtype=plev\nret,step=1/2']);
  t.equal(run.code, 2);
  t.equal(run.stdout.toString(), 'line 1: retrieve, 6 fields\nline 2: ret, refused\nline 3: ret, refused\nline 4: retrieve, 12 fields\n');
  t.strictSame(run.stderr.trim().split('\n'), [
    "dte: 'clas' is not a keyword of retrieve (line 2); did you mean 'class'?",
    "dte: levtype: 'plev' is not a value of levtype (line 3); did you mean 'pl'?",
  ]);
  const rows = JSON.parse((await dte(['mars', 'check', '--json', 'ret,step=0\nlst'])).stdout.toString()) as readonly Record<
    string,
    unknown
  >[];
  t.strictSame(rows, [
    { line: 1, verb: 'retrieve', fields: 6 },
    { line: 2, verb: 'lst', error: "'lst' is not a verb (line 2); did you mean 'list'?" },
  ]);
});

t.test('bad input is one line with its place, and the exit code of its family', async (t) => {
  const bad = join(folder, 'bad.req');
  writeFileSync(bad, 'retrieve,\n  class=od,\n  step=x\n');
  await refused(t, ['mars', 'expand', bad], 2, /^dte: step: 'x' is not a step \(.*bad\.req, line 3\); hours/);
  await refused(t, ['mars', 'expand', 'class=od'], 2, /^dte: 'class' is a keyword, not a verb \(line 1\)/);
  await refused(t, ['mars', 'expand', 'ret,class='], 2, /^dte: keyword 'class' has no value/);
  await refused(t, ['mars', 'expand', join(folder, 'none.req')], 4, /^dte: '.*none\.req' is neither a file nor a request/);
  await refused(t, ['mars', 'expand', folder], 2, /is a directory/);
  await refused(t, ['mars', 'expand', ''], 2, /^dte: no request; retrieve,class=od/);
  await refused(t, ['mars', 'expand', '--today', 'jan', 'ret,step=0'], 2, /^dte: 'jan' has no year \(option --today\)/);
  await refused(t, ['mars', 'expand', '--today', 'x', 'ret,step=0'], 2, /^dte: 'x' is not a date/);
  await refused(t, ['mars', 'check', '--strict', 'ret,levtype=sfc,levelist=1'], 2, /^dte: 'levelist' has no place where levtype=/);
  await refused(t, ['mars', 'expnd'], 2, /^dte: .*did you mean 'expand'|unknown command/);
});

async function refused(t: Test, args: readonly string[], code: number, message: RegExp): Promise<void> {
  const run = await dte(args);
  t.equal(run.code, code, `dte ${args.join(' ')}`);
  t.match(run.stderr, message);
  t.equal(run.stderr.trim().split('\n').length, 1, 'one line');
}
