// Expansion: ranges of every type, enumerations, contexts, defaults, parameters. Expected values are upstream's own
// (metkit: tests/test_expand.cc, version 1.19) where they are not evident.
import t from 'tap';
import { nodeContext } from '../../src/base/node-context.js';
import { countCombinations, expandRequest, filterRequest, flattenRequest, marsLanguage, parseRequests } from '../../src/mars/index.js';
import { expanded, language, refusal, today, values } from './language.js';

t.test('steps and their ranges, intervals slide', (t) => {
  const pairs = {
    '0/to/24/by/3': '0/3/6/9/12/15/18/21/24',
    '12/to/47/by/12': '12/24/36',
    '0/to/24': '0/12/24',
    '40m/to/2/by/10m': '40m/50m/1/1h10m/1h20m/1h30m/1h40m/1h50m/2',
    '0-6/to/18-24/by/6': '0-6/6-12/12-18/18-24',
    '0/to/24/by/3/0-6/to/18-24/by/6': '0/3/6/9/12/15/18/21/24/0-6/6-12/12-18/18-24',
    '0-24/to/3-27/by/90m': '0-24/1h30m-25h30m/3-27',
    '6/T0/18/BY/6': '6/12/18',
    '0/to/6/by/3/to/12/by/6': '0/3/6/12',
    '6/to/6/by/0h1m': '6',
  };
  for (const [text, expected] of Object.entries(pairs)) t.equal(values('step', text), expected, text);
  t.end();
});

t.test('times of day', (t) => {
  const pairs = {
    '0/to/12': '0000/0600/1200',
    '12/to/4': '1200/0600',
    '3/to/2': '0300',
    '0/to/6/by/4': '0000/0400',
    '1/to/3h/by/30m': '0100/0130/0200/0230/0300',
    '0/1/12': '0000/0100/1200',
  };
  for (const [text, expected] of Object.entries(pairs)) t.equal(values('time', text), expected, text);
  t.end();
});

t.test('dates go through the ends of months and leap years', (t) => {
  const pairs = {
    '20240228/to/20240304/by/2': '20240228/20240301/20240303',
    '2023-12-30/to/2024-01-02': '20231230/20231231/20240101/20240102',
    '-2/to/0': '20240228/20240229/20240301',
    '20240302/to/20240228': '20240302/20240301/20240229/20240228',
    'jan/feb-3': 'jan/feb-3',
  };
  for (const [text, expected] of Object.entries(pairs)) t.equal(values('date', text), expected, text);
  t.end();
});

t.test('numbers, levels and quantiles', (t) => {
  t.equal(values('number', '1/to/5/by/2'), '1/3/5');
  t.equal(values('number', '5/to/1'), '5/4/3/2/1');
  t.equal(values('number', '5/to/1/by/-2'), '5/3/1');
  t.equal(values('number', '007'), '7');
  t.equal(values('levelist', '0.1/to/0.7/by/0.2'), '.1/.3/.5/.7');
  t.equal(values('levelist', '1/to/-1/by/.5'), '1/.5/0/-0.5/-1');
  t.equal(values('levelist', '1000.0/0.05'), '1000/.05');
  t.equal(expanded('retrieve,quantile=0:10/3:10/to/7:10/by/2/10:10,type=pd').quantile, '0:10/3:10/5:10/7:10/10:10');
  t.equal(expanded('retrieve,quantile=3:5/to/2:5,type=pd').quantile, '3:5/2:5');
  t.end();
});

t.test('ranges that cannot be are errors that name keyword, what is wrong, and the line', (t) => {
  const cases = {
    'step=to/5': /^step: 'to' without a value before it \(line 1\); a\/to\/b\/by\/n is understood/,
    'step=3/to': /^step: 'to' without a value after it/,
    'step=1/to/3/by': /^step: 'by' without a value after it/,
    'step=1/by/3': /^step: 'by' without a range before it/,
    'step=1/to/to/3': /^step: 'to' without a value after it/,
    'number=1/to/5/by/0': /^number: the stride 'by' is 0/,
    'number=1/to/5/by/-1': /^number: a range that goes up has a negative stride/,
    'number=1/to/1000000000': /^number: a range of 1000000000 values/,
    'number=1/to/5/by/x': /^number: 'x' is not an integer/,
    'step=0/to/18-24': /^step: a range from 0 to 18-24, intervals of different lengths/,
    'step=0/to/6/by/x': /^step: 'x' is not a stride of steps/,
    'date=jan/to/mar': /^date: a range with 'jan', a date without a year \(line 1\); list the months/,
    'quantile=0:12': /^quantile: '0:12' is not a quantile .*; k:n with k of 0 to n and n of 2, 3, 4, 5, 10, 100, 1000/,
    'quantile=3:5/to/5:10': /different kinds of quantiles/,
    'quantile=6:5': /is not a quantile/,
    'time=24': /^time: '24' is not a time of day/,
    'step=-1': /^step: '-1' is not a step/,
  };
  for (const [text, message] of Object.entries(cases)) t.match(refusal(`retrieve,${text}`), message, text);
  t.end();
});

t.test('values of lists are found by any name in any case, groups stand for their members', (t) => {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['class', 'Operations', 'od'],
    ['type', 'ANALYSIS', 'an'],
    ['levtype', 'surf', 'sfc'],
    ['activity', 'ScenarioMIP', 'scenariomip'],
    ['model', 'IFS-NEMO', 'ifs-nemo'],
    ['grid', 'n640', 'N640'],
    ['grid', '4000', 'F4000'],
    ['grid', '0.250/1.0', '.25/1'],
    ['intgrid', 'o320', 'o320'],
    ['month', 'october', '10'],
    ['chem', 'co/NO2', '2/17'],
  ];
  for (const [keyword, text, expected] of pairs) t.equal(values(keyword, text), expected, `${keyword}=${text}`);
  t.equal(expanded('retrieve,type=ob,obstype=sls').obstype, '82/83/84/85/86/87/88/89/189/190');
  t.equal(expanded('retrieve,type=ob,obstype=s/synop land/lsd').obstype, '1/2/3/4/7/28/140/147/165/170/172/176/178');
  t.equal(expanded('disseminate,day=1/to/31/by/15').day, '1/16/31');
  t.match(refusal('disseminate,day=32'), /^day: '32' is not a value of day .*an integer of 1 to 31/);
  t.end();
});

t.test('types that depend on other keywords are tried where their context holds', (t) => {
  t.equal(expanded('retrieve,class=d1,dataset=climate change adaptation digital twin').dataset, 'climate-dt');
  t.equal(expanded('retrieve,class=od,dataset=climate change adaptation digital twin').dataset, '"climate change adaptation digital twin"');
  t.equal(expanded('retrieve,class=od,dataset=NONE').dataset, 'none');
  t.equal(expanded('retrieve,class=ti,model=glob').model, 'global');
  t.equal(expanded('retrieve,class=ms,country=it,model=hrm').model, 'hrm');
  t.end();
});

t.test('unknown verbs, keywords and values are refused with their place and the nearest valid one', (t) => {
  t.match(refusal('retreive,class=od'), /^'retreive' is not a verb \(line 1\); did you mean 'retrieve'\?/);
  t.match(refusal('retrieve,class=od,\n\nclas=rd'), /^'clas' is not a keyword of retrieve \(line 3\); did you mean 'class'\?/);
  t.match(refusal('retrieve,\nlevtype=plev'), /^levtype: 'plev' is not a value of levtype \(line 2\); did you mean 'pl'\?/);
  t.match(refusal('retrieve,\nlevtype=xxxxxxxxx'), /; cat, category, dp, .* are understood/);
  t.match(refusal('retrieve,class=od/rd'), /^class: takes one value, 2 are given: od, rd/);
  t.match(refusal('retrieve,level=1,levelist=2'), /^'levelist' is given twice, as 'level' and as 'levelist'/);
  t.match(refusal('retrieve,param=temprature'), /^param: 'temprature' is not a known parameter .*did you mean 'temperature'\?/);
  t.match(refusal('retrieve,param=t/99999999'), /^param: '99999999' is not a known parameter/);
  t.match(refusal('retrieve,param=1000.140'), /names a table for a number that has one/);
  t.equal(refusal('lst'), "'lst' is not a verb (line 1); did you mean 'list'?");
  const [request] = parseRequests('retrieve,date=-1', { file: 'job.req', line: 4 });
  if (request === undefined) throw new Error('no request');
  t.throws(() => expandRequest(language, request, { inherit: false }), {
    code: 'input.value',
    message: /^date: '-1' counts from today.* \(job\.req, line 4\)/,
  });
  t.end();
});

t.test('inherit adds defaults by context, without it only what is given is there', (t) => {
  t.strictSame(expanded('ret,step=6'), { step: '6' });
  t.strictSame(expanded('ret,date=-1', { inherit: true }), {
    date: '20240229',
    class: 'od',
    type: 'an',
    stream: 'oper',
    levtype: 'pl',
    time: '1200',
    step: '0',
    expver: '0001',
    domain: 'g',
    levelist: '1000/850/700/500/400/300',
    param: '129',
  });
  t.equal(expanded('ret', { inherit: true }).date, '20240229', 'yesterday');
  t.equal(expanded('ret,levtype=ml', { inherit: true }).levelist, '1');
  t.equal(expanded('ret,stream=wave', { inherit: true }).levtype, 'sfc');
  t.strictSame(expanded('read,date=20250105,param=129', { inherit: true }), { date: '20250105', param: '129' });
  t.strictSame(expanded('list,class=tr,date=20250105', { inherit: true }), { class: 'tr', date: '20250105', output: 'table' });
  t.strictSame(expanded('list,date=20250105', { inherit: true }), { date: '20250105', class: 'od', output: 'table' });
  t.end();
});

t.test('keywords come in canonical order, then those that describe no field by name, then the defaults', (t) => {
  t.strictSame(Object.keys(expanded('ret,target=x,step=1,param=t,area=e,class=od,date=0')), [
    'class',
    'date',
    'step',
    'param',
    'area',
    'target',
  ]);
  t.strictSame(Object.keys(expanded('ret,target=x,step=1', { inherit: true })).slice(0, 4), ['step', 'target', 'class', 'type']);
  t.end();
});

t.test('off leaves a keyword out, all is kept where a keyword takes several values', (t) => {
  t.equal('levelist' in expanded('ret,levelist=OFF', { inherit: true }), false);
  t.strictSame(expanded('ret,step=all,param=all,expver=all'), { step: 'all', expver: 'all', param: 'all' });
  t.match(refusal('ret,class=all'), /'all' is not a value of class/);
  t.strictSame(expanded('list,class=all,type=all'), { class: 'all', type: 'all' });
  t.strictSame(expanded('list,class=od/rd'), { class: 'od/rd' }, 'list takes several classes');
  t.match(refusal('ret,levelist=1/off'), /^levelist: 'off' is not a value of levelist .*a number is understood/);
  t.end();
});

t.test('contexts drop keywords and set others; strict refuses instead', (t) => {
  t.equal('levelist' in expanded('ret,levtype=sfc,levelist=1/2'), false);
  t.match(
    refusal('ret,levtype=sfc,\nlevelist=1/2', { strict: true }),
    /^'levelist' has no place where levtype=o2d\/sfc\/wave\/al \(line 2\)/,
  );
  t.equal(refusal('ret,class=rd,expver=hm1u,stream=weeh,time=0,date=20210101,domain=g,hdate=20190101', { strict: true }), '');
  t.equal(expanded('ret,class=ti').expver, 'prod', 'expver is set for tigge when it is absent');
  t.match(refusal('ret,class=ti', { strict: true }), /^'expver' is missing, it is needed where class=ti/);
  t.equal(expanded('ret,class=ti,type=fc', { inherit: true }).stream, 'oper');
  t.equal(expanded('ret,class=dm,type=fc').time, '0000', 'a set value is canonical');
  t.equal(expanded('ret,area=e').area, '73.5/-27/33/45');
  t.equal('grid' in expanded('ret,grid=av'), false);
  t.equal(expanded('ret,resol=N128').intgrid, 'N128', 'copied from another keyword');
  t.equal(expanded('ret,resol=199').truncation, '199');
  t.equal('coeffindex' in expanded('ret,coeffindex=1/to/3,type=pf'), false);
  t.equal(expanded('ret,coeffindex=1/to/3,type=me').coeffindex, '1/2/3');
  t.equal(expanded('ret,source=a', { inherit: true }).database, 'file');
  t.end();
});

t.test('parameters go by number, number.table and name, names by context', (t) => {
  t.equal(values('param', '130/130.128/t/T/Temperature/210073/73.210'), '130/130/130/130/130/210073/210073');
  const cases: readonly (readonly [string, string])[] = [
    ['class=od,stream=enfo,type=pf,levtype=sfc,param=mucin/mucape/tprate', '228236/228235/260048'],
    ['class=od,stream=enfh,type=fcmean,levtype=sfc,param=mucin/mucape/tprate', '228236/228235/172228'],
    ['class=od,stream=wave,type=an,levtype=sfc,param=2dfd', '140251'],
    ['class=od,stream=enwh,type=cf,levtype=sfc,param=tmax', '140217'],
    ['class=ai,stream=oper,type=pf,levtype=pl,param=t', '130'],
    ['class=od,stream=oper,type=fc,levtype=sfc,param=asn/cp/lsp/sf/tcc/tp', '32/143/142/144/164/228'],
    ['class=od,stream=msmm,type=em,levtype=sfc,param=e/erate', '172182/172182'],
    ['class=od,stream=enwh,type=pf,levtype=sfc,param=sh10/p1ww', '140120/140223'],
    ['class=od,stream=waef,type=cf,levtype=sfc,param=WSK/MWP', '140252/140232'],
    ['class=od,stream=eefo,type=fcmean,levtype=sfc,param=MSL/strda', '151/171175'],
    ['class=ai,stream=oper,type=fc,levtype=sfc,param=sd/swh', '228141/140229'],
    ['class=od,stream=oper,type=fc,levtype=sfc,param=sd/swh', '141/3100'],
    ['class=od,stream=sens,type=sg,levtype=ml,param=155.129', '129155'],
  ];
  for (const [text, expected] of cases) t.equal(expanded(`ret,${text}`).param, expected, text);
  for (const name of ['constructor', '__proto__', 'toString'])
    t.match(refusal(`ret,class=od,stream=oper,type=fc,levtype=sfc,param=${name}`), /is not a known parameter/, name);
  t.equal(language.params.nameOf('167'), '2t');
  t.equal(language.params.nameOf('1000000'), undefined);
  t.equal(language.params.find('2 metre temperature', undefined), '167');
  t.equal(language.params.find('130\t', undefined), undefined);
  t.end();
});

t.test('every paramId and every name of the table is found again', async (t) => {
  const text = new TextDecoder().decode(await nodeContext().asset('src/mars/tables/params.tsv'));
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .filter((_, index) => index % 37 === 0);
  t.ok(rows.length > 200);
  const wrong = rows.filter((row) => {
    const [id, ...names] = row.replace(/\t$/, '').split('\t') as [string, ...string[]];
    return !language.params.isKnown(id) || names.some((name) => language.params.find(name.toUpperCase(), undefined) !== id);
  });
  t.strictSame(wrong, []);
});

t.test('values given twice are kept, or refused on demand', (t) => {
  t.equal(values('step', '0/6/0'), '0/6/0');
  t.match(refusal('ret,step=0/6/to/12/by/6/12', { duplicates: 'error' }), /^step: '12' is given twice/);
  t.match(refusal('ret,param=t/130', { duplicates: 'error' }), /^param: '130' is given twice/);
  t.equal(refusal('ret,grid=1/1', { duplicates: 'error' }), '', 'grid does not multiply fields');
  t.end();
});

t.test('a request inherits from those of the same verb before it, off ends that', (t) => {
  const text = 'ret,rotation=1/2,step=6,date=0\nlist,class=rd,expver=1\nret,rotation=off\nret,step=12';
  const last = expanded(text, { inherit: true });
  t.equal(last.step, '12');
  t.equal(last.date, '20240301');
  t.equal(last.class, 'od', 'not the one of list');
  t.equal('rotation' in last, false);
  t.strictSame(expanded('ret,step=6\nret,time=0'), { time: '0000' }, 'not without inherit');
  t.end();
});

t.test('an expanded request expands to itself', (t) => {
  for (const text of [
    'ret,date=-5/to/-1,param=2t/t,levelist=.5/to/2/by/.5',
    'ret,class=ti,type=pf,number=1/to/3,grid=n80',
    'list,class=rd',
    'ret,type=ob,obstype=lsd',
  ]) {
    const [request] = parseRequests(text);
    if (request === undefined) throw new Error('no request');
    const once = expandRequest(language, request, { inherit: true, today });
    t.strictSame([...expandRequest(language, once, { inherit: true, today }).keywords].sort(), [...once.keywords].sort(), text);
  }
  t.end();
});

t.test('flattening gives every combination once, the first keyword slowest', (t) => {
  const [request] = parseRequests('ret,step=0/6,number=1/2/3,area=1/2/3/4');
  if (request === undefined) throw new Error('no request');
  const full = expandRequest(language, request, { inherit: false });
  t.strictSame(
    [
      ...flattenRequest({
        verb: 'retrieve',
        keywords: new Map([
          ['a', ['1', '2']],
          ['b', ['x', 'y', 'z']],
        ]),
      }),
    ].map((field) => [...field.values()].join('')),
    ['1x', '1y', '1z', '2x', '2y', '2z'],
  );
  t.equal(countCombinations(full), 2 * 3 * 4);
  t.equal(countCombinations(full, language), 2 * 3, 'area is one');
  t.equal([...flattenRequest(full, language)][1]?.get('area'), '1/2/3/4');
  t.equal([...flattenRequest({ verb: 'ret', keywords: new Map() })].length, 1, 'nothing to choose: one');
  t.equal([...flattenRequest({ verb: 'ret', keywords: new Map([['a', []]]) })].length, 0);
  const fields = flattenRequest({
    verb: 'ret',
    keywords: new Map('abcdefgh'.split('').map((keyword) => [keyword, Array.from({ length: 100 }, String)])),
  });
  t.equal(fields.next().done, false, 'lazy');
  t.end();
});

t.test('the tables are read once for a context', async (t) => {
  let reads = 0;
  const node = nodeContext();
  const context = {
    asset(path: string) {
      reads++;
      return node.asset(path);
    },
  };
  const [one, two] = await Promise.all([marsLanguage(context), marsLanguage(context)]);
  t.equal(one, two);
  t.equal(reads, 4);
  const broken = { asset: () => Promise.reject(new Error('gone')) };
  await t.rejects(marsLanguage(broken), { message: 'gone' });
});

// metkit: tests/test_filter.cc, and the rules of src/metkit/mars/TypeDate.cc.
t.test('a filter keeps the values that it names, and its days keep the dates on them', (t) => {
  const filtered = (text: string, filter: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined => {
    const [request] = parseRequests(`retrieve,${text}`).map((one) => expandRequest(language, one, { inherit: false, today }));
    if (request === undefined) throw new Error('no request');
    const left = filterRequest(request, new Map(Object.entries(filter).map(([keyword, values]) => [keyword, values.split('/')])));
    return left === undefined ? undefined : Object.fromEntries([...left.keywords].map(([keyword, values]) => [keyword, values.join('/')]));
  };
  const odd = '1/3/5/7/9/11/13/15/17/19/21/23/25/27/29/31';
  t.strictSame(filtered('step=0,date=20250301/to/20250306', { day: odd }), { date: '20250301/20250303/20250305', step: '0' });
  t.strictSame(filtered('date=20240229/20240131/20240301', { day: '29/31' }), { date: '20240229/20240131' }, 'in the order of the request');
  t.strictSame(filtered('date=0/-1', { day: '29' }), { date: '20240229' }, 'days before today are dates by then');
  t.strictSame(filtered('date=jan/feb-3/mar-13', { day: '3' }), { date: 'feb-3' }, 'a month has no day');
  t.strictSame(filtered('date=20250301/20250303', { day: '03', date: '20250303/20250401' }), { date: '20250303' });
  t.strictSame(filtered('step=0/6/12,time=0', { step: '12/0/18', number: '1' }), { time: '0000', step: '0/12' });
  t.strictSame(filtered('step=0', { day: '1' }), { step: '0' }, 'without a date there is nothing to filter');
  t.equal(filtered('date=20250302/20250304', { day: odd }), undefined);
  t.equal(filtered('step=0/6', { step: '12' }), undefined);
  for (const day of ['0', '32', 'x', '-1', '1.5', ''])
    t.throws(() => filtered('date=20250301', { day }), { code: 'input.value', message: /^day: '.*' is not a day of the month; 1 to 31/ });
  t.end();
});
