// `npm test [-- FILE... | tap options]`: set-up, types, lint, a device for the shaders, then the tap suites.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  SetupError,
  capture,
  ensureBuilt,
  ensureInstalled,
  filesUnder,
  lint,
  main,
  readIfThere,
  root,
  runVisibly,
  sha256,
  step,
} from './setup.mjs';
import { hasSoftwareVulkan, provideSoftwareVulkan } from './vulkan.mjs';

const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');

await main(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  const files = args.filter((arg) => !arg.startsWith('-'));
  // One file is run while working on it: lint has its turn in the whole run.
  if (files.length === 0) await lint();
  await ensureTapBuilt();
  if (!filesUnder('build/test').some((path) => path.endsWith('.test.js'))) throw new SetupError('no test file found under build/test');
  const env = { ...process.env, ...(await chooseDevice()) };
  const reporter = process.stdout.isTTY || args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=base'];
  process.exitCode = await runVisibly(process.execPath, [tap, 'run', ...reporter, ...args.map(compiled)], env);
});

/** tap generates its own class from the list of plugins, and its first run after that is lost unless asked for explicitly. */
async function ensureTapBuilt() {
  const marker = join(root, 'node_modules', '@tapjs', 'test', 'test-built', '.dte-built');
  const wanted = sha256(readIfThere(join(root, '.taprc')) ?? '');
  if (readIfThere(marker) === wanted) return;
  await step('preparing the test runner (tap build)', process.execPath, [tap, 'build']);
  writeFileSync(marker, wanted);
}

/** A hardware GPU is left to the tests' own choice; without one they get lavapipe; without that the CPU executor alone. */
async function chooseDevice() {
  if (process.env.DTE_DEVICE !== undefined && process.env.DTE_DEVICE !== 'software') return {};
  const found = await probe([]);
  if (found.name !== undefined && !found.software && process.env.DTE_DEVICE === undefined) return {};
  if (found.name !== undefined && found.software) return { DTE_DEVICE: 'software' };
  try {
    if (!hasSoftwareVulkan()) await timed('providing a software Vulkan (Mesa lavapipe)', provideSoftwareVulkan);
    const software = await probe(['--software']);
    if (software.name === undefined) throw new SetupError(software.reason);
    return { DTE_DEVICE: 'software' };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const reason = `no WebGPU device: no adapter (${found.reason ?? found.name}) and no software Vulkan (${error.message})`;
    if (process.env.CI === 'true' || process.env.DTE_PEERS === 'required') throw new SetupError(reason);
    process.stderr.write(`${reason}; tests that need a device are skipped\n`);
    return { DTE_DEVICE: 'cpu' };
  }
}

async function probe(args) {
  const { code, output } = await capture(process.execPath, [join(root, 'tools', 'probe-adapter.mjs'), ...args], { timeoutMs: 60_000 });
  const line = output.split('\n').find((text) => text.startsWith('{"'));
  return line === undefined ? { reason: `the probe ended with ${code}` } : JSON.parse(line);
}

async function timed(title, work) {
  const started = performance.now();
  process.stderr.write(`${title} ... `);
  try {
    await work();
    process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write('failed\n');
    throw error;
  }
}

/** A test named by its source is run from its compiled form. */
function compiled(arg) {
  const path = arg.replace(/^(?:\.\/)?(test\/.*)\.ts$/, 'build/$1.js');
  return existsSync(join(root, path)) ? path : arg;
}
