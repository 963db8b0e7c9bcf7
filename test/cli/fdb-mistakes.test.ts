// What is wrong is told in one line with what would be right, and the exit code says of what kind it is.
import { appendFileSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { noEccodes } from '../grib/peer.js';
import { noFdb } from '../support/fdb-peer.js';
import { openStores, oper } from './fdb-support.js';

t.test('mistakes on the command line', { skip: noFdb || noEccodes }, async (t) => {
  const stores = openStores(t);
  const { peer, four } = stores;
  const told = async (code: number, text: RegExp, ...args: readonly string[]): Promise<void> => {
    const run = await stores.here(...args);
    const lines = run.stderr.split('\n').filter((line) => line !== '');
    t.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
    t.equal(lines.length, 1, `${args.join(' ')}: ${run.stderr}`);
    t.match(lines[0], text, args.join(' '));
  };
  const yaml = peer.file('bad.yaml', 'type: [\n');
  const folder = join(peer.root, 'rd:xx01:oper:20240101:0000:g');

  await told(2, /unknown option '--modifier=step=6'; did you mean '--modifiers'\?/, 'write', '--modifier=step=6', four);
  await told(5, /no GRIB message in \d+ bytes/, 'write', yaml);
  await told(4, /'none\.grib' does not exist/, 'write', 'none.grib');
  await told(2, /'zz' is not a value of class; (?!did you mean)/, 'list', '--minimum-keys=', 'class=zz');
  await told(2, /is not YAML: .* \(.*bad\.yaml, line 2\)$/, 'list', '--config', yaml, oper);
  await told(0, /no database matches/, 'list', oper);

  t.equal((await stores.here('write', four)).code, 0);
  await told(4, /is not an index file of the database/, 'dump-index', join(folder, 'toc'));
  await told(2, /'\/nowhere' is not a root of/, 'move', '--dest=/nowhere', oper);
  await stores.here('lock', '--list', '--archive', '--wipe', oper);
  await told(3, /locked for listing/, 'list', oper);
  await told(3, /locked for archiving.*'dte fdb unlock --archive'/, 'write', four);
  await told(3, /locked for wipe .*'dte fdb unlock --wipe'/, 'wipe', oper);
  await told(4, /nothing of the database can be wiped/, 'wipe', `${oper},type=fc`);
  t.equal((await stores.here('wipe', '--ignore-no-data', `${oper},type=fc`)).code, 0, 'what does not match need not be unlocked');
  await stores.here('unlock', '--list', '--archive', '--wipe', oper);

  writeFileSync(join(folder, 'notes.txt'), 'of someone');
  await told(3, /1 file\(s\) that are not of the database.*--unsafe-wipe-all/, 'wipe', '--doit', oper);
  appendFileSync(join(folder, 'toc'), Buffer.alloc(100, 1));
  await told(5, /octets are no record/, 'list', oper);
  const whole = readFileSync(join(folder, 'toc')).subarray(0, -100);
  writeFileSync(join(folder, 'toc'), Buffer.concat([whole, whole.subarray(0, 500)]));
  const torn = await stores.here('list', oper);
  t.equal(torn.code, 0, 'a record that was never finished is told; nothing is lost with it');
  t.match(torn.stderr, /the last record is not complete/);
  renameSync(join(folder, 'schema'), join(folder, 'schema.old'));
  await told(5, /has lost its schema/, 'list', oper);
  t.equal(readdirSync(folder).length, 5);
  writeFileSync(join(folder, 'schema'), '[ class, expver');
  await told(5, /the schema of the database cannot be read/, 'list', oper);
});
