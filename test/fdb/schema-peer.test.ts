// The normal form against fdb-schema, and the rule that is taken against fdb-write, of Debian's fdb5.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../../src/base/node.js';
import { formatSchema, parseSchema, splitForArchive, TYPE_NAMES } from '../../src/fdb/schema/index.js';
import { formatKey, type Key } from '../../src/fdb/types.js';
import { fdbPeer, noFdb } from '../support/fdb-peer.js';
import { seeded } from '../support/random.js';

const builtIn = fileURLToPath(new URL('src/fdb/tables/default.schema', packageRoot()));
const packaged = '/etc/fdb/schema';
const folder = fileURLToPath(new URL('../shared/data/grib/', packageRoot()));

const ours = (file: string): string => formatSchema(parseSchema(readFileSync(file, 'utf8'), file));

t.test('the built-in schema is one that upstream reads too, and has the same normal form', { skip: noFdb }, async (test) => {
  const peer = fdbPeer();
  test.teardown(peer.remove);
  test.equal(ours(builtIn), peer.run('fdb-schema', builtIn));
});

const noPackaged = noFdb || (existsSync(packaged) ? false : 'the packaged schema of fdb5 is not here');

t.test("Debian's packaged schema has the same normal form", { skip: noPackaged }, async (test) => {
  const peer = fdbPeer();
  test.teardown(peer.remove);
  test.equal(ours(packaged), peer.run('fdb-schema', packaged));
});

t.test('200 made-up schemas have the same normal form', { skip: noFdb }, async (test) => {
  const peer = fdbPeer();
  test.teardown(peer.remove);
  const files = Array.from({ length: 200 }, (_, seed) => peer.file(`schema-${seed}`, madeUp(seed + 1)));
  const theirs = files.length > 0 ? peer.run('fdb-schema', ...files) : '';
  test.equal(files.map(ours).join(''), theirs);
});

/** A schema of any shape that both read: values without a minus sign, no exclusions. */
function madeUp(seed: number): string {
  const random = seeded(seed);
  const next = (): number => Math.floor(random() * 2 ** 31);
  const pick = <T>(values: readonly T[]): T => values[next() % values.length] as T;
  const blank = (): string => pick(['', ' ', '\n', '  ', ' # not [ a ; rule\n']);
  const word = (): string => pick(['a', 'class', 'b_2', 'xx', 'Q', '1', 'z.z', "o'k", '*']) + String(next() % 50);
  const type = (): string => pick(TYPE_NAMES.filter((name) => !/^(Year|Month|MonthOfDate)$/.test(name)));
  let keyword = 0;
  const predicate = (): string => {
    const name = `${pick(['k', 'key', 'param'])}${keyword++}${pick([true, false, false]) ? `${blank()}:${blank()}${type()}` : ''}`;
    const values = Array.from({ length: 1 + (next() % 4) }, word);
    return name + pick([() => '', () => '?', () => `?${word()}`, () => '-', () => `-${word()}`, () => `${blank()}=${values.join('/')}`])();
  };
  const level = (rest: () => string): string =>
    `[${blank()}${Array.from({ length: 1 + (next() % 4) }, predicate).join(`${blank()},${blank()}`)}${rest()}${blank()}]`;
  const group = (): string => level(() => level(() => ''));
  const database = (): string => level(() => Array.from({ length: 1 + (next() % 3) }, group).join(blank()));
  const types = Array.from({ length: next() % 5 }, (_, index) => `t${index}${blank()}:${type()};${blank()}`);
  return types.join('') + Array.from({ length: 1 + (next() % 3) }, database).join(blank());
}

const noMessages = noFdb || (existsSync(folder) ? false : 'shared test data (../shared/data/grib) is not here');

t.test('messages of many kinds go where fdb-write puts them, by the built-in schema', { skip: noMessages }, async (test) => {
  const peer = fdbPeer({ schema: readFileSync(builtIn, 'utf8') });
  test.teardown(peer.remove);
  const schema = parseSchema(readFileSync(builtIn, 'utf8'));
  const expected = new Set<string>();
  for (const name of readdirSync(folder)) {
    const file = `${folder}${name}`;
    const taken: string[] = [];
    for (const metadata of marsKeys(file)) {
      try {
        const { database, group, element } = splitForArchive(schema, metadata);
        taken.push(withoutParam([database, group, element].map(formatKey).join('')));
      } catch {
        taken.length = 0;
        break;
      }
    }
    if (taken.length === 0) {
      test.throws(() => peer.run('fdb-write', file), `${name} is refused by both`);
      continue;
    }
    peer.run('fdb-write', file);
    for (const line of taken) expected.add(line);
  }
  const lines = peer
    .run('fdb-list', '--minimum-keys=', '--porcelain', '--all')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const listed = new Set(lines.map((line) => withoutParam(line.slice(0, line.lastIndexOf('}') + 1))));
  test.ok(expected.size > 20);
  test.same([...listed].sort(), [...expected].sort());
});

/** GRIB 1 parameters have two spellings, of which this is not the place. */
const withoutParam = (text: string): string => text.replace(/,?param=[\d.]+/, '');

function marsKeys(file: string): readonly Key[] {
  let text: string;
  try {
    text = execFileSync('grib_ls', ['-j', '-m', file], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
  } catch {
    return [];
  }
  const { messages } = JSON.parse(text) as { messages: readonly Readonly<Record<string, string | number>>[] };
  return messages.map((message) => new Map(Object.entries(message).map(([keyword, value]) => [keyword, String(value)])));
}
