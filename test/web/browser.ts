import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { packageRoot } from '../../src/base/package-root.js';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why there is no browser to test with, or false. */
export const noBrowser: string | false = executable === undefined ? 'no Chromium at /usr/bin/chromium' : false;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executable as string, headless: true, args: flags });
}

/** The page bundle, made anew in a folder of its own: file name -> text of each script. */
export interface Bundle {
  readonly folder: string;
  readonly scripts: ReadonlyMap<string, string>;
  remove(): void;
}

export async function makeBundle(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'dte-web-'));
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('tools/web.mjs', packageRoot())), '--out', folder]);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
  const scripts = new Map(names.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name), 'utf8')]));
  return { folder, scripts, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A site on 127.0.0.1 of an empty page, the bundle and some files. */
export interface Site {
  readonly origin: string;
  /** Paths asked for so far. */
  readonly requests: readonly string[];
  close(): void;
}

export async function serve(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<Site> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = posix.normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    requests.push(path);
    const known = path === '/' ? new TextEncoder().encode('<!doctype html><title>dte</title>') : files.get(path);
    const file = join(folder, path);
    if (known === undefined && !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = path === '/' ? 'text/html' : path.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(known ?? readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, requests, close };
}
