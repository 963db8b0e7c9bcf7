// Expansion beside metkit's own program (Debian: metkit 1.9.2). Our tables and rules are those of 1.19; what is not the same is listed below,
// each with its reason, and tested to be as listed.
import t from 'tap';
import { expandRequests, type MarsRequest, parseRequests } from '../../src/mars/index.js';
import { seeded } from '../support/random.js';
import { baseKeywords, fieldKeywords, requestText } from './generate.js';
import { expanded, language, refusal } from './language.js';
import { metkit, metkitOne, noMetkit } from './peer.js';

const skip = noMetkit;
const seed = 20240301;
const count = 600;

t.test(`${count} generated requests expand as metkit expands them (seed ${seed})`, { skip }, (t) => {
  const random = seeded(seed);
  const texts = Array.from({ length: count }, () => requestText(random));
  const { theirs, today } = onOneDay(() => metkit(texts));
  t.equal(theirs.length, count, 'one line a request');
  let same = 0;
  for (const [index, text] of texts.entries()) {
    const expected = parsed(theirs[index] as string);
    const ours = expandRequests(language, parseRequests(text), { inherit: true, today });
    if (sorted(ours[0]) === sorted(expected)) same++;
    else t.equal(sorted(ours[0]), sorted(expected), text);
  }
  t.equal(same, count);
  t.end();
});

t.test('requests of one text inherit from those before, as in metkit', { skip }, (t) => {
  const random = seeded(seed + 1);
  for (let file = 0; file < 8; file++) {
    const [first, ...others] = Array.from({ length: 4 }, () => fieldKeywords(random));
    const text = `retrieve,${baseKeywords(random)},${first}\n${others.map((keywords) => `ret,${keywords}`).join('\n')}\n`;
    const { theirs, today } = onOneDay(() => metkit([text]));
    const ours = expandRequests(language, parseRequests(text), { inherit: true, today });
    t.strictSame(
      ours.map(sorted),
      theirs.map((line) => sorted(parsed(line))),
      text,
    );
  }
  t.end();
});

/** What each version makes of a keyword: theirs (1.9.2), ours, and why. undefined: refused. */
const differences: readonly (readonly [
  reason: string,
  keywords: string,
  keyword: string,
  theirs: string | undefined,
  ours: string | undefined,
])[] = [
  ['keywords may be shortened to any beginning there', 'clas=rd', 'class', 'rd', undefined],
  ['even to one letter', 'foo=bar', 'format', 'bufr', undefined],
  ['so may values', 'levtype=surfa', 'levtype', 'sfc', undefined],
  ['names of parameters are looked for by beginning there', 'param=tempera', 'param', '130', undefined],
  ['only parameters of the context are known there', 'param=2t', 'param', undefined, '167'],
  ['a context without parameters is refused there', 'stream=enfo,type=an,param=129', 'param', undefined, '129'],
  ['ranges that go down fail there', 'number=5/to/1,type=pf', 'number', undefined, '5/4/3/2/1'],
  ['24 is a time of day there', 'time=24', 'time', '2400', undefined],
  ['strides of times are plain numbers there, hours below 100', 'time=0/to/1/by/30m', 'time', '0000/3000/6000/9000', '0000/0030/0100'],
  ['@ is not a letter of words there', 'database=a@b', 'database', undefined, 'a@b'],
  ['expect=any, padding=0, interpolation are newer', 'expect=any', 'expect', undefined, 'any'],
  ['dates with dashes are passed on there, but for ranges', 'date=2024-02-01', 'date', '2024-02-01', '20240201'],
  ['ccsds is newer, and taken for complex there', 'packing=ccsds', 'packing', 'co', 'ccsds'],
  ['complex has another short name', 'packing=complex', 'packing', 'co', 'complex'],
  ['the default level of model levels is newer', 'levtype=ml', 'levelist', '1000/850/700/500/400/300', '1'],
  ['dates of no calendar are passed on there', 'date=20241301', 'date', '20241301', undefined],
  ['the day of the year is passed on there', 'date=2024-060', 'date', '2024-060', '20240229'],
  ['steps are whole hours there', 'step=90m', 'step', undefined, '1h30m'],
  ['units of strides are ignored there, the step 0 is left', 'step=0/to/1/by/30m', 'step', '0', '0/30m/1'],
  ['any is filled with zeros there', 'expver=any', 'expver', '0any', 'any'],
  ['all is not a step there', 'step=all', 'step', undefined, 'all'],
  ['classes are added from version to version', 'class=d1', 'class', undefined, 'd1'],
  ['keywords are added from version to version', 'georef=abc,class=d1,dataset=on-demand-extremes-dt', 'georef', undefined, 'abc'],
  ['archived value is not known for grids there', 'grid=av', 'grid', 'auto', undefined],
  ['area=e is only a name there', 'area=e', 'area', 'e', '73.5/-27/33/45'],
  ['grid names are made of capitals', 'grid=auto', 'grid', 'auto', 'AUTO'],
  ['resol sets grid and truncation of the transformation', 'resol=av', 'intgrid', undefined, 'source'],
  ['minus zero stays there', 'rotation=-0.0/10', 'rotation', '-0/10', '0/10'],
];

t.test('known differences between the versions are as listed', { skip }, (t) => {
  for (const [reason, keywords, keyword, theirs, ours] of differences) {
    const text = `retrieve,${keywords}${keywords.includes('date=') ? '' : ',date=20240101'}`;
    const line = metkitOne(text);
    const name = `${reason}: ${keywords}`;
    t.equal(line === undefined ? undefined : parsed(line).keywords.get(keyword)?.join('/'), theirs, `${name}, theirs`);
    t.equal(refusal(text, { inherit: true }) === '' ? expanded(text, { inherit: true })[keyword] : undefined, ours, `${name}, ours`);
  }
  t.end();
});

t.test('keywords are printed in another order: metkit 1.9.2 keeps that of the text and adds defaults by name', { skip }, (t) => {
  const text = 'retrieve,step=6,date=20240101,class=rd';
  t.strictSame([...parsed(metkitOne(text) ?? '').keywords.keys()].slice(0, 5), ['step', 'date', 'class', 'domain', 'expver']);
  t.strictSame(Object.keys(expanded(text, { inherit: true })).slice(0, 5), ['class', 'date', 'step', 'type', 'stream']);
  t.end();
});

/** Dates count from the day on which both programs ran: again where it ended in between. */
function onOneDay(run: () => readonly string[]): { readonly theirs: readonly string[]; readonly today: number } {
  for (;;) {
    const today = Date.now();
    const theirs = run();
    if (Math.floor(today / 86_400_000) === Math.floor(Date.now() / 86_400_000)) return { theirs, today };
  }
}

function parsed(line: string): MarsRequest {
  const [request] = parseRequests(line);
  if (request === undefined) throw new Error(`no request in ${line}`);
  return request;
}

function sorted(request: MarsRequest | undefined): string {
  return JSON.stringify([request?.verb, [...(request?.keywords ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))]);
}
