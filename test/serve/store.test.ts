// The HTTP door over loopback: keys, parts, tags, problems, and zarrita's FetchStore as the reader.
import { connect } from 'node:net';
import t from 'tap';
import * as zarr from 'zarrita';
import { DteError, type ErrorCode } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { zarrHierarchy } from '../../src/fdb/zarr/index.js';
import { parseByteRange } from '../../src/serve/byte-range.js';
import { problemOf, type ServedStore, serveStore, statusOf, storeApp } from '../../src/serve/index.js';
import { context as zarrContext, joined, regular, selection, zarrPlace } from '../fdb/zarr-support.js';

const context = nodeContext();
const octets = Uint8Array.from({ length: 100 }, (_, at) => at);

/** One value, two metadata, and keys that fail as their name says. */
function madeStore(): ServedStore & { readonly gets: string[] } {
  const gets: string[] = [];
  return {
    gets,
    info: (key) =>
      key === '/c/0' || key === '/zarr.json' || key === '/a b' || key.startsWith('/fail/')
        ? { sizeBytes: 100, tag: `tag of ${key.length}` }
        : undefined,
    async get(key) {
      gets.push(key);
      if (key.startsWith('/fail/'))
        throw key === '/fail/plain' ? new Error('secret') : new DteError(key.slice(6) as ErrorCode, 'it fails', { hint: 'as asked' });
      return octets.slice();
    },
  };
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

t.test('a value comes whole or in part, HEAD tells its length, and an unchanged one is not sent again', async (t) => {
  const store = madeStore();
  const served = await serveStore(context, store);
  t.teardown(() => served.close());
  t.match(served.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    fetch(served.url + path, { method, headers });

  const whole = await ask('/c/0');
  t.equal(whole.status, 200);
  t.equal(whole.headers.get('content-type'), 'application/octet-stream');
  t.equal(whole.headers.get('content-length'), '100');
  t.equal(whole.headers.get('accept-ranges'), 'bytes');
  t.same(await bytesOf(whole), octets);
  t.equal((await ask('/zarr.json')).headers.get('content-type'), 'application/json');
  t.equal((await ask('/a%20b')).status, 200, 'keys are decoded');

  const asked = store.gets.length;
  const head = await ask('/c/0', {}, 'HEAD');
  t.equal(head.status, 200);
  t.equal(head.headers.get('content-length'), '100');
  t.equal(head.headers.get('etag'), '"tag of 4"');
  t.equal((await bytesOf(head)).length, 0);
  t.equal((await ask('/c/0', {}, 'HEAD')).status, 200);
  const unchanged = await ask('/c/0', { 'If-None-Match': '"other", W/"tag of 4"' });
  t.equal(unchanged.status, 304);
  t.equal(store.gets.length, asked, 'neither makes the value');
  t.equal((await ask('/c/0', { 'If-None-Match': '"other"' })).status, 200);

  for (const [range, start, end] of [
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=90-', 90, 100],
    ['bytes=-7', 93, 100],
    ['bytes=95-1000', 95, 100],
    ['bytes=-500', 0, 100],
  ] as const) {
    const part = await ask('/c/0', { Range: range });
    t.equal(part.status, 206, range);
    t.equal(part.headers.get('content-range'), `bytes ${start}-${end - 1}/100`);
    t.equal(part.headers.get('content-length'), String(end - start));
    t.same(await bytesOf(part), octets.slice(start, end));
  }
  for (const range of ['bytes=0-1,5-6', 'items=0-1', 'bytes=-', 'bytes=9-3', 'nonsense']) {
    const all = await ask('/c/0', { Range: range });
    t.equal(all.status, 200, `${range} may be answered with everything`);
    t.equal((await bytesOf(all)).length, 100);
  }
  const beyond = await ask('/c/0', { Range: 'bytes=100-' });
  t.equal(beyond.status, 416);
  t.equal(beyond.headers.get('content-range'), 'bytes */100');
  t.equal((await ask('/c/0', { Range: 'bytes=1-2', 'If-Range': '"tag of 4"' })).status, 206);
  t.equal(
    (await ask('/c/0', { Range: 'bytes=1-2', 'If-Range': '"older"' })).status,
    200,
    'a part of what has changed is not what was asked for',
  );
  t.equal(parseByteRange('bytes=0-', 0), 'unsatisfiable', 'nothing has no part');
});

t.test('failures are problems with the status of their family; only a key without a value is 404', async (t) => {
  const app = storeApp(context, madeStore());
  const ask = async (
    path: string,
    init: RequestInit = {},
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly response: Response }> => {
    const response = await app.request(path, init);
    t.equal(response.headers.get('content-type'), 'application/problem+json', path);
    return { status: response.status, body: (await response.json()) as Record<string, unknown>, response };
  };
  for (const path of ['/', '/nothing', '/c', '/../zarr.json/x'])
    t.match(await ask(path), { status: 404, body: { status: 404, title: 'absent.key', detail: /\/zarr\.json/ } });
  const codes = {
    'input.value': 400,
    'auth.locked': 403,
    'data.index': 422,
    'limit.memory': 503,
    'unsupported.template': 501,
    'fault.read': 500,
    'absent.file': 500,
  };
  for (const [code, status] of Object.entries(codes))
    t.match(await ask(`/fail/${code}`), { status, body: { type: 'about:blank', status, title: code, detail: 'it fails; as asked' } });
  const foreign = await ask('/fail/plain');
  t.equal(foreign.status, 500);
  t.notMatch(JSON.stringify(foreign.body), /secret/);
  t.equal((await ask('/%E0%A4%A')).status, 400);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const { status, response } = await ask('/c/0', { method });
    t.equal(status, 405);
    t.equal(response.headers.get('allow'), 'GET, HEAD');
  }
  t.equal(statusOf(new DteError('absent.field', 'x')), 404);
  t.equal(problemOf(new DteError('auth.access', 'x')).status, 403);
});

t.test('pages of other origins read only where that is allowed', async (t) => {
  const headers = { Origin: 'https://example.org' };
  t.equal((await storeApp(context, madeStore()).request('/c/0', { headers })).headers.get('access-control-allow-origin'), null);
  const open = storeApp(context, madeStore(), { cors: 'https://example.org' });
  const answer = await open.request('/c/0', { headers });
  t.equal(answer.headers.get('access-control-allow-origin'), 'https://example.org');
  t.match(answer.headers.get('access-control-expose-headers'), /Content-Range/);
  const before = await open.request('/c/0', {
    method: 'OPTIONS',
    headers: { ...headers, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'range' },
  });
  t.equal(before.status, 204);
  t.match(before.headers.get('access-control-allow-headers'), /Range/);
});

t.test("a port that is taken or impossible is the option's mistake, and closing ends connections", async (t) => {
  const first = await serveStore(context, madeStore());
  const { port } = new URL(first.url);
  await t.rejects(serveStore(context, madeStore(), { port: Number(port) }), {
    code: 'input.option',
    message: new RegExp(`port ${port} of 127.0.0.1 cannot be taken.*0 takes any`),
  });
  await t.rejects(serveStore(context, madeStore(), { host: '192.0.2.1' }), { code: 'input.option' });
  t.equal((await fetch(`${first.url}/c/0`)).status, 200);
  // A connection that asks for nothing must not keep the door open.
  const idle = connect(Number(port), '127.0.0.1');
  idle.on('error', () => {});
  await new Promise((resolve) => idle.once('connect', resolve));
  const began = performance.now();
  await Promise.all([first.close(100), first.close(100)]);
  t.ok(performance.now() - began < 1500);
  await t.rejects(fetch(`${first.url}/c/0`));
  idle.destroy();
});

t.test('an answer that is under way when the door is closed comes to its end', async (t) => {
  let asked = (): void => {};
  let finish = (): void => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const slow: ServedStore = {
    info: () => ({ sizeBytes: 100, tag: 'slow' }),
    get: () =>
      new Promise((resolve) => {
        finish = () => resolve(octets.slice());
        asked();
      }),
  };
  const served = await serveStore(context, slow);
  const answer = fetch(`${served.url}/c/0`);
  await isAsked;
  const began = performance.now();
  const closing = served.close(5000);
  finish();
  t.same(await bytesOf(await answer), octets);
  await closing;
  t.ok(performance.now() - began < 2000, 'and then nothing is waited for');
});

t.test('zarrita reads a served hierarchy as it reads the store itself', async (t) => {
  const place = await zarrPlace(t);
  const values = [];
  for (const step of [0, 6, 12])
    values.push(step === 12 ? undefined : (await place.add({ step, level: 500 }, regular, { missing: true })).values);
  await place.add({ step: 12, level: 500, param: 'q' }, regular);
  const store = await zarrHierarchy(zarrContext, place.fdb, { requests: [selection('class=rd,expver=xxxx')] });
  const served = await serveStore(context, store);
  t.teardown(async () => {
    await served.close();
    await store.close();
  });
  const remote = new zarr.FetchStore(served.url);
  const array = await zarr.open(zarr.root(remote).resolve('t'), { kind: 'array' });
  t.strictSame((await zarr.get(array)).data, joined(values, regular.points, Number.NaN));
  t.same(await remote.getRange('/t/c/0/0/0', { suffixLength: 8 }), await store.getRange('/t/c/0/0/0', { suffixLength: 8 }));
  t.equal(await remote.get('/t/c/2/0/0'), undefined);
  const group = await zarr.withConsolidatedMetadata(remote);
  t.ok(
    group.contents().some(({ path }) => path === '/t'),
    'its consolidated metadata is found',
  );
});
