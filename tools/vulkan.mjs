// A software Vulkan (Mesa's lavapipe) for machines without a GPU, so that every shader really runs in the tests.
// Debian packages are unpacked under .cache/vulkan by the machine's own apt with private directories: no root, and
// nothing of the system changes. `src/base/software-vulkan.ts` loads the result by its manifest.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SetupError, capture, filesUnder, readIfThere, root } from './setup.mjs';

const home = join(root, '.cache', 'vulkan');
const packages = ['mesa-vulkan-drivers', 'libvulkan1'];
/** Releases whose own Mesa is too old for Dawn, and the suite that has a newer one. */
const newerSuite = { bookworm: 'bookworm-backports' };

export function hasSoftwareVulkan() {
  return existsSync(join(home, 'manifest.json'));
}

/** Downloads and unpacks; `.cache/vulkan` appears only when whole. Raises SetupError with one line of reason. */
export async function provideSoftwareVulkan() {
  if (process.platform !== 'linux') throw new SetupError('software Vulkan can be provided on Debian and its relatives only');
  const work = join(root, '.cache', `vulkan.${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  try {
    const unpacked = join(work, 'fs');
    for (const folder of ['apt/lists/partial', 'apt/cache/archives/partial', 'fs']) mkdirSync(join(work, folder), { recursive: true });
    await unpackPackages(join(work, 'apt'), unpacked);
    writeManifest(work, await loadOrder(unpacked));
    rmSync(join(work, 'apt'), { recursive: true });
    rmSync(home, { recursive: true, force: true });
    renameSync(work, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function unpackPackages(apt, unpacked) {
  const release = readIfThere('/etc/os-release')?.match(/^VERSION_CODENAME=(\w+)/m)?.[1];
  if (release === undefined) throw new SetupError('the name of this Linux release is not in /etc/os-release');
  const suite = newerSuite[release] ?? release;
  const source = ownSource(release);
  const suites = new Set([release, suite]);
  writeFileSync(join(apt, 'sources.list'), [...suites].map((name) => `deb ${source.options}${source.address} ${name} main\n`).join(''));
  writeFileSync(join(apt, 'apt.conf'), aptConfiguration(apt));
  const aptGet = ['-c', join(apt, 'apt.conf'), '-qq', '-y'];
  await quietly('apt-get', [...aptGet, 'update']);
  await quietly('apt-get', [...aptGet, '--no-install-recommends', '--download-only', '-t', suite, 'install', ...packages]);
  const archives = join(apt, 'cache', 'archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await quietly('dpkg-deb', ['-x', join(archives, file), unpacked]);
  }
}

/** Every directory is private; the real package status is read, so that only what is missing is fetched. System hooks are left out. */
function aptConfiguration(apt) {
  return `Debug::NoLocking "1";
APT::Sandbox::User "";
Dir::State "${apt}";
Dir::State::lists "${apt}/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${apt}/cache";
Dir::Etc::SourceList "${apt}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
`;
}

/** Mirror address of this machine for its release, with the key it trusts for it, from either form of apt's sources. */
function ownSource(release) {
  const directory = '/etc/apt/sources.list.d';
  const names = existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
  for (const file of ['/etc/apt/sources.list', ...names].filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))) {
    const text = readFileSync(file, 'utf8');
    const found = file.endsWith('.list') ? fromLines(text, release) : fromStanzas(text, release);
    if (found !== undefined) return found;
  }
  throw new SetupError(`apt has no source for ${release} on this machine`);
}

function fromLines(text, release) {
  for (const line of text.split('\n')) {
    const [, options = '', address, suite, components] = line.match(/^deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/) ?? [];
    if (suite === release && /\bmain\b/.test(components)) return { address, options };
  }
  return undefined;
}

function fromStanzas(text, release) {
  const stanzas = text.replace(/^#.*\n/gm, '').split(/\n\s*\n/);
  for (const stanza of stanzas) {
    const field = (name) =>
      stanza
        .match(new RegExp(`^${name}:[ \\t]*(.*)$`, 'mi'))?.[1]
        .trim()
        .split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || !field('Suites').includes(release) || !field('Components').includes('main')) continue;
    const [key] = field('Signed-By');
    // A key written into the stanza itself starts on the line after; then apt's own trusted keys have to do.
    return { address: field('URIs')[0], options: key?.startsWith('/') ? `[signed-by=${key}] ` : '' };
  }
  return undefined;
}

/**
 * The unpacked libraries that the driver and the loader need, dependencies first, then the driver.
 * A library's dependencies are a true subset of those of any library that needs it, so sorting by their number is enough.
 */
async function loadOrder(unpacked) {
  const files = filesUnder(relative(root, unpacked)).map((path) => join(root, path));
  const driver = files.find((path) => path.endsWith('/libvulkan_lvp.so'));
  if (driver === undefined) throw new SetupError('the Mesa packages hold no libvulkan_lvp.so');
  const loader = files.find((path) => path.endsWith('/libvulkan.so.1'));
  const folders = [...new Set(files.filter((path) => /\.so(\.|$)/.test(path)).map((path) => join(path, '..')))];
  const needed = async (library) => {
    const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
    const { code, output } = await capture('ldd', [library], { env });
    const missing = output.match(/^\s*(\S+) => not found/m)?.[1];
    if (code !== 0 || missing !== undefined) throw new SetupError(`${library} cannot be loaded: ${missing ?? output.trim()} is missing`);
    return [...output.matchAll(/=> (\S+)/g)].map(([, path]) => path).filter((path) => path.startsWith(unpacked));
  };
  const libraries = new Set(await needed(driver));
  if (loader !== undefined) for (const library of [...(await needed(loader)), loader]) libraries.add(library);
  const counted = await Promise.all([...libraries].map(async (library) => ({ library, count: (await needed(library)).length })));
  return { driver, libraries: counted.sort((a, b) => a.count - b.count).map(({ library }) => library) };
}

/** All paths are relative, so that the checkout can be moved. */
function writeManifest(work, { driver, libraries }) {
  const icd = { file_format_version: '1.0.0', ICD: { library_path: `./${relative(work, driver)}`, api_version: '1.3.0' } };
  writeFileSync(join(work, 'lavapipe.json'), `${JSON.stringify(icd, null, 2)}\n`);
  const manifest = { libraries: libraries.map((path) => relative(work, path)), icd: 'lavapipe.json' };
  writeFileSync(join(work, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function quietly(command, args) {
  const { code, output } = await capture(command, args, {
    timeoutMs: 600_000,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) throw new SetupError(`${command}: ${output.match(/^E: .*/m)?.[0] ?? output.trim().split('\n').at(-1)}`);
}
