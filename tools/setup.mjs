// What every command of package.json needs before it can run: dependencies and a current build.
// Plain JavaScript on Node's own modules only, because node_modules may be absent when it starts.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const installedMarker = at('node_modules', '.dte-installed');
const builtMarker = at('build', '.dte-built');
const sourceFolders = ['src', 'test', 'bench'];

/** A failure that the user can read: printed without a stack. */
export class SetupError extends Error {}

/** Runs a command's main function; a `SetupError` becomes its message and exit code 1. */
export async function main(work) {
  try {
    const major = Number(process.versions.node.split('.')[0]);
    if (major < 20) throw new SetupError(`Node ${process.versions.node} is too old; Node 20 or newer is needed`);
    await work(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Installs the dependencies unless node_modules already holds what package-lock.json asks for. */
export async function ensureInstalled() {
  const lock = readFileSync(at('package-lock.json'), 'utf8');
  const wanted = sha256(lock);
  if (readIfThere(installedMarker) === wanted) return;
  if (!holdsLock(lock)) {
    await step('installing dependencies (npm ci)', npm(), ['ci', '--include=dev', '--no-progress']);
  }
  writeFileSync(installedMarker, wanted);
}

/** Compiles src, test and bench when one of them changed since the last good build. Type errors end the command. */
export async function ensureBuilt() {
  const sources = sourceFolders.flatMap((folder) => filesUnder(folder)).filter((path) => path.endsWith('.ts'));
  if (sources.length === 0) throw new SetupError('no TypeScript sources found; is this a whole checkout?');
  const stamp = sha256([...sources, 'tsconfig.json', 'node_modules/.dte-installed'].map(fingerprint).join('\n'));
  if (readIfThere(builtMarker) === stamp && existsSync(at('build', 'dte', 'main.js'))) return;
  const outputs = new Set(sources.filter((path) => !path.endsWith('.d.ts')).map((path) => at('build', path.replace(/\.ts$/, '.js'))));
  // An incremental compile does not write again what it wrote once: forget its memory when an output is gone.
  if ([...outputs].some((path) => !existsSync(path))) rmSync(at('build', '.tsbuildinfo'), { force: true });
  await step('compiling (tsc)', process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
  removeOrphans(outputs);
  mkdirSync(at('build'), { recursive: true });
  await step('bundling (esbuild)', process.execPath, [at('tools', 'bundle.mjs')]);
  writeFileSync(builtMarker, stamp);
}

/** Lints and checks the format of everything written by hand. */
export async function lint({ write = false } = {}) {
  const biome = at('node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const folders = [...sourceFolders, 'tools'].filter((folder) => existsSync(at(folder)));
  await step('linting (biome)', process.execPath, [biome, 'check', '--error-on-warnings', ...(write ? ['--write'] : []), ...folders]);
}

/** Runs one set-up command under a line that names it and then its duration; its output is shown only when it fails. */
export async function step(title, command, args) {
  const started = performance.now();
  process.stderr.write(`${title} ... `);
  const { code, output } = await capture(command, args);
  const seconds = (performance.now() - started) / 1000;
  process.stderr.write(`${code === 0 ? '' : 'failed after '}${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s\n`);
  if (code !== 0) throw new SetupError(output.trimEnd() || `${command} ended with ${code}`);
}

/** Exit code and merged output of a command. A command that cannot be started has code 127; after `timeoutMs` it is killed. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const { timeoutMs, ...rest } = options;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...rest,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal === null ? output : `${output}\n${command} was ended by ${signal}` }),
    );
  });
}

/** Runs a command on this terminal and gives its exit code. */
export function runVisibly(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a built module in this process as if Node had been started with it; saves a second start of Node. */
export async function runBuilt(path, args) {
  const file = at('build', path);
  if (!existsSync(file)) throw new SetupError(`build/${path} does not exist: its source is missing from this checkout`);
  process.argv = [process.execPath, file, ...args];
  await importBuilt(path);
}

export function importBuilt(path) {
  return import(new URL(`../build/${path}`, import.meta.url).href);
}

/** Paths of all files under a folder, relative to the root, sorted; empty when it does not exist. */
export function filesUnder(folder) {
  if (!existsSync(at(folder))) return [];
  return readdirSync(at(folder), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .sort();
}

export function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

export function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** True when node_modules was filled by hand (`npm ci`, `npm install`) with exactly what the lock file asks for. */
function holdsLock(lock) {
  const hidden = readIfThere(at('node_modules', '.package-lock.json'));
  if (hidden === undefined) return false;
  const present = JSON.parse(hidden).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, wanted]) => {
    if (path === '') return true;
    if (present[path] === undefined) return wanted.optional === true; // Binaries of other platforms are not installed.
    return present[path].version === wanted.version && present[path].integrity === wanted.integrity && existsSync(at(path));
  });
}

/** The npm that started this command, else the one on the path. */
function npm() {
  const script = process.env.npm_execpath;
  return script !== undefined && /^npm(-cli)?(\.[cm]?js)?$/.test(basename(script)) && existsSync(script) ? script : 'npm';
}

function fingerprint(path) {
  const { size, mtimeMs } = statSync(at(path));
  return `${path} ${size} ${mtimeMs}`;
}

/** Removes outputs whose source is gone, so that a deleted test is not run and a deleted module not imported. */
function removeOrphans(outputs) {
  for (const path of sourceFolders.flatMap((folder) => filesUnder(`build/${folder}`))) {
    const module = path.match(/^(.*)\.(js|js\.map|d\.ts)$/)?.[1];
    if (module !== undefined && !outputs.has(at(`${module}.js`))) rmSync(at(path));
  }
}
