// The syntax: text to requests and back.
import t from 'tap';
import { formatRequest, formatValues, type MarsRequest, parseKeywords, parseRequests } from '../../src/mars/index.js';
import { seeded } from '../support/random.js';

const plain = (request: MarsRequest | undefined): unknown => [request?.verb, [...(request?.keywords ?? [])]];

t.test('a request is a verb and keywords with values', (t) => {
  t.strictSame(parseRequests('Retrieve,\n  CLASS = od , Step=0/to/24/by/6,date=-1').map(plain), [
    [
      'retrieve',
      [
        ['class', ['od']],
        ['step', ['0', 'to', '24', 'by', '6']],
        ['date', ['-1']],
      ],
    ],
  ]);
  t.strictSame(parseRequests(' \n# nothing but a comment\n'), []);
  t.strictSame(plain(parseRequests('end')[0]), ['end', []]);
  t.end();
});

t.test('several requests follow each other, with or without a point', (t) => {
  const verbs = (text: string): readonly unknown[] => parseRequests(text).map(plain);
  const expected = [
    ['ret', [['date', ['-5', 'to', '-2']]]],
    ['list', [['class', ['od']]]],
  ];
  t.strictSame(verbs('ret,date=-5/to/-2.\nlist,class=od.'), expected);
  t.strictSame(verbs('ret,date=-5/to/-2\nlist,class=od'), expected);
  t.strictSame(verbs('ret, date="-5"/to/-2 # a comment\nlist, class=od # end'), expected);
  t.end();
});

t.test('a point within a list of values is a part of its value', (t) => {
  t.strictSame(plain(parseRequests('ret,area=58./-10./35./80.')[0]), ['ret', [['area', ['58.', '-10.', '35.', '80']]]]);
  t.strictSame(parseKeywords('target=out.grib').get('target'), ['out.grib']);
  t.end();
});

t.test('words of a value are joined by one blank, lines end them', (t) => {
  t.strictSame(parseKeywords('levtype=pressure    levels ,repres=gaussian grid/sh').get('levtype'), ['pressure levels']);
  t.strictSame(parseKeywords('repres=gaussian grid/sh').get('repres'), ['gaussian grid', 'sh']);
  t.strictSame(parseKeywords('monthly run=a').get('monthly run'), ['a']);
  t.end();
});

t.test('quoted values hold any character and know escapes', (t) => {
  const text = String.raw`target="a b/c,d=e#f.",source='it"s',x="\"\\\/\b\f\n\r\t\'",y=""`;
  const keywords = parseKeywords(text);
  t.strictSame(keywords.get('target'), ['a b/c,d=e#f.']);
  t.strictSame(keywords.get('source'), ['it"s']);
  t.strictSame(keywords.get('x'), ['"\\/\b\f\n\r\t\'']);
  t.strictSame(keywords.get('y'), ['']);
  t.end();
});

t.test('a path without quotes is a list that begins with nothing', (t) => {
  t.strictSame(parseKeywords('target=/a/b').get('target'), ['', 'a', 'b']);
  t.end();
});

t.test('the last value of a keyword counts', (t) => {
  t.strictSame(
    [...parseKeywords('param=t/u,step=0,PARAM=tcc')],
    [
      ['param', ['tcc']],
      ['step', ['0']],
    ],
  );
  t.end();
});

t.test('the short form has no verb and may be empty', (t) => {
  t.strictSame(
    [...parseKeywords('class=od,expver=0001')],
    [
      ['class', ['od']],
      ['expver', ['0001']],
    ],
  );
  t.equal(parseKeywords('').size, 0);
  t.equal(parseKeywords(' # nothing\n').size, 0);
  t.end();
});

t.test('a request knows its file and line, and the line of each keyword', (t) => {
  const [, second] = parseRequests('ret,\n date=-1\n\n# more\nret,\n step=0,\n\n time=6', { file: 'a.req', line: 10 });
  t.strictSame(second?.where, { file: 'a.req', line: 14 });
  t.strictSame(
    [...(second?.lines ?? [])],
    [
      ['step', 15],
      ['time', 17],
    ],
  );
  t.end();
});

t.test('errors of syntax name what is wrong and the line', (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['ret,class', /keyword 'class' has no value, the end follows it \(line 1\); class=value is understood/],
    ['ret,\nclass od', /keyword 'class od' has no value/],
    ['ret,class=od,', /the end where a keyword is expected \(line 1\)/],
    ['ret,class=od\n\n=1', /'=' after the value of 'class' \(line 3\)/],
    ['class=od', /'class' is a keyword, not a verb .*retrieve,class=od/],
    ['ret,step=,date=-1', /keyword 'step' has no value, ',' follows it/],
    ['ret,\ntarget="abc\ndef', /a quoted value does not end \(line 2\); " is expected/],
    ['ret,target="\\u0041"', /'\\u' in a quoted value/],
    ['ret,target="\\', /'\\' in a quoted value/],
    ['ret,date=2024*', /'\*' after the value of 'date'.*needs quotes/],
    ['ret,name=é', /keyword 'name' has no value, 'é' follows it .*needs quotes/],
    ['=', /'=' where a verb is expected/],
    ['ret;', /';' after the verb/],
  ];
  for (const [text, message] of cases) t.throws(() => parseRequests(text), { code: 'input.syntax', message }, text);
  t.throws(() => parseRequests('ret,a', { file: 'x.req', line: 7 }), { message: /\(x\.req, line 7\)/ });
  t.throws(() => parseKeywords('retrieve,class=od'), { code: 'input.syntax', message: /keyword 'retrieve' has no value/ });
  t.end();
});

t.test('requests print one keyword a line, or on one line', (t) => {
  const [request] = parseRequests("retrieve,class=od,step=0/6,target='a b'");
  if (request === undefined) throw new Error('no request');
  t.equal(formatRequest(request), 'retrieve,\n\tclass=od,\n\tstep=0/6,\n\ttarget="a b"');
  t.equal(formatRequest(request, { line: true }), 'retrieve,class=od,step=0/6,target="a b"');
  t.equal(formatValues(['', 'a', 'b']), '/a/b');
  t.equal(formatValues(['']), '""');
  t.equal(formatValues(['.5', 'out.']), '.5/"out."');
  t.end();
});

t.test('any request is read back from its text (seed 11)', (t) => {
  const random = seeded(11);
  const pick = (letters: string, most: number): string =>
    Array.from({ length: Math.floor(random() * most) }, () => letters[Math.floor(random() * letters.length)]).join('');
  for (let i = 0; i < 1000; i++) {
    const requests = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      verb: `v${pick('abc_1', 5)}`,
      keywords: new Map(
        Array.from({ length: Math.floor(random() * 5) }, (_, index) => [
          `k${index}${pick('ab_', 4)}`,
          Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick('ab1_:.@-.. /,="\'\\#\n\t\r\b\fé*', 8)),
        ]),
      ),
    }));
    for (const line of [false, true]) {
      const text = requests.map((request) => formatRequest(request, { line })).join('\n');
      t.strictSame(
        parseRequests(text).map(plain),
        requests.map((request) => plain(request)),
        JSON.stringify(text),
      ) || (i = 1e9);
    }
  }
  t.end();
});

t.test('texts of any characters are read or refused, never anything else (seed 13)', (t) => {
  const random = seeded(13);
  const letters = 'ab1=/,."\'\\# \n\tré';
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: Math.floor(random() * 30) }, () => letters[Math.floor(random() * letters.length)]).join('');
    try {
      parseRequests(text);
    } catch (error) {
      if ((error as { code?: string }).code !== 'input.syntax') t.fail(JSON.stringify(text));
    }
  }
  t.pass('5000 texts');
  t.end();
});
