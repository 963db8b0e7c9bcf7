import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peersRequired } from './engines.js';

/** Whether upstream's tools can be run. With DTE_PEERS=required their absence fails the tests instead of skipping them. */
export const noFdb = ((): string | false => {
  try {
    execFileSync('fdb-info', ['--version'], { stdio: 'ignore', env: { ...process.env, FDB5_CONFIG: '{type: local, engine: toc}' } });
    return false;
  } catch {
    if (peersRequired) throw new Error('the tools of fdb5 are required and not installed');
    return 'the tools of fdb5 are not installed';
  }
})();

/** Ensembles (four keywords to an element) and single forecasts (three, one of them optional). */
export const peerSchema = `param:Param; step:Step; date:Date; time:Time; expver:Expver; levelist:Double; number:Integer;
[ class, expver, stream=enfo/efov/eefo, date, time, domain
    [ type, levtype [ step, number?, levelist?, param ]]]
[ class, expver, stream=oper/dcda/scda, date, time, domain?g
    [ type, levtype [ step, levelist?, param ]]]
`;

export interface FdbPeerOptions {
  readonly schema?: string;
  /** Further roots of the one space; each is a folder of the workplace. */
  readonly roots?: readonly string[];
  /** More lines of the configuration. */
  readonly config?: string;
}

/** An FDB of its own for upstream's tools, in a folder of its own. */
export interface FdbPeer {
  readonly folder: string;
  /** The first root. */
  readonly root: string;
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard output of one of the tools; throws when it fails. */
  run(tool: string, ...options: readonly string[]): string;
  /** The same with more of an environment. */
  runWith(env: Readonly<Record<string, string>>, tool: string, ...options: readonly string[]): string;
  /** Lines of `fdb-list --porcelain`, with places; what it says of its configuration is left out. */
  list(request: string, ...options: readonly string[]): readonly string[];
  /** A file in the workplace with these octets. */
  file(name: string, contents: Uint8Array | string): string;
  remove(): void;
}

export function fdbPeer(options: FdbPeerOptions = {}): FdbPeer {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-peer-'));
  const roots = (options.roots ?? ['root']).map((name) => join(folder, name));
  for (const root of roots) mkdirSync(root);
  const schemaFile = join(folder, 'schema');
  const configFile = join(folder, 'config.yaml');
  writeFileSync(schemaFile, options.schema ?? peerSchema);
  writeFileSync(
    configFile,
    ['type: local', 'engine: toc', `schema: ${schemaFile}`, 'spaces:', '- name: all', '  handler: Default', '  roots:']
      .concat(roots.map((root) => `  - path: ${root}`))
      .concat(options.config ?? [])
      .join('\n')
      .concat('\n'),
  );
  // Without a table of its own, Debian's packaged one nests the folders of databases.
  const namesFile = join(folder, 'dbnames');
  writeFileSync(namesFile, '');
  const env = { FDB5_CONFIG_FILE: configFile, FDB_DBNAMES_FILE: namesFile };
  const runWith: FdbPeer['runWith'] = (more, tool, ...rest) =>
    execFileSync(tool, rest, {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
      env: { PATH: process.env['PATH'], HOME: folder, ...env, ...more },
    });
  const run: FdbPeer['run'] = (tool, ...rest) => runWith({}, tool, ...rest);
  return {
    folder,
    root: roots[0] as string,
    configFile,
    env,
    run,
    runWith,
    list: (request, ...rest) =>
      run('fdb-list', '--minimum-keys=', '--porcelain', '--location', ...rest, request)
        .split('\n')
        .filter((line) => line.startsWith('{')),
    file(name, contents) {
      const path = join(folder, name);
      writeFileSync(path, contents);
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A small message with MARS keys, made by ecCodes from its own sample; `sets` as grib_set takes them. */
export function peerMessage(peer: FdbPeer, name: string, sets = ''): string {
  const keys = 'setLocalDefinition=1,localDefinitionNumber=1,dataDate=20240101,dataTime=0,productDefinitionTemplateNumber=1';
  const mars = 'class=rd,type=pf,stream=enfo,expver=xxxx,typeOfLevel=isobaricInhPa,level=1,number=1,numberOfForecastsInEnsemble=10';
  const path = join(peer.folder, name);
  execFileSync(
    'grib_set',
    ['-s', [keys, mars, sets].filter((part) => part !== '').join(','), '/usr/share/eccodes/samples/GRIB2.tmpl', path],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  return path;
}
