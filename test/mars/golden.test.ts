// Requests and what MARS makes of them: pairs recorded by upstream from its own client.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../../src/base/package-root.js';
import { expandRequests, parseRequests } from '../../src/mars/index.js';
import { language, today } from './language.js';

const folder = fileURLToPath(new URL('../shared/data/mars-expand/', packageRoot()));
const skip = existsSync(folder) ? false : 'shared test data (../shared/data/mars-expand) is not here';

/** The client fills these in by itself where a request does not name them. */
const ofTheClient = new Set(['repres', 'resol']);
/** Ours that the client does not print. */
const notPrinted = new Set(['intgrid', 'truncation']);

t.test('requests expand as the MARS client expands them', { skip }, (t) => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.req'));
  t.ok(names.length >= 14, 'pairs are there');
  for (const name of names) {
    const read = (suffix: string): string => readFileSync(`${folder}${name.slice(0, -4)}.${suffix}`, 'utf8');
    const [request] = expandRequests(language, parseRequests(read('req')), { inherit: true, today });
    const [expected] = parseRequests(read('expected'));
    if (request === undefined || expected === undefined) throw new Error(`no request in ${name}`);
    t.equal(request.verb, expected.verb);
    for (const [keyword, values] of expected.keywords) {
      const ours = request.keywords.get(keyword);
      if (ours === undefined && ofTheClient.has(keyword)) continue;
      // The client prints in capitals.
      t.strictSame(ours?.map(lower), values.map(lower), `${name} ${keyword}`);
    }
    const more = [...request.keywords.keys()].filter((keyword) => !expected.keywords.has(keyword) && !notPrinted.has(keyword));
    t.strictSame(more, [], `${name} has no other keywords`);
  }
  t.end();
});

function lower(text: string): string {
  return text.toLowerCase();
}
