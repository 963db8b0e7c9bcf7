import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const schema = `
param:Param; step:Step; date:Date; time:Time; expver:Expver; levelist:Double; number:Integer;
[ class, expver, stream=enfo, date, time, domain
    [ type, levtype [ step, number?, levelist?, param ]]]
`;

/** A store of its own for one bench, described by one configuration that both sides read. */
export interface FdbPlace {
  readonly root: string;
  /** For FDB's programs and for ours. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes all databases. */
  clear(): void;
  /** Octets of files whose names end so. */
  bytes(ending: string): number;
}

export function fdbPlace(folder: string, name: string): FdbPlace {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  const schemaFile = join(folder, `${name}.schema`);
  writeFileSync(schemaFile, schema);
  const config = join(folder, `${name}.yaml`);
  const lines = ['type: local', 'engine: toc', `schema: ${schemaFile}`, 'spaces:', '- name: all', '  handler: Default', '  roots:'];
  writeFileSync(config, `${[...lines, `  - path: ${root}`].join('\n')}\n`);
  return {
    root,
    env: { FDB5_CONFIG_FILE: config, FDB_DBNAMES_FILE: '/dev/null' },
    clear: () => {
      for (const database of readdirSync(root)) rmSync(join(root, database), { recursive: true });
    },
    bytes: (ending) =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith(ending))
        .reduce((sum, path) => sum + statSync(join(root, path)).size, 0),
  };
}

/** What `hammer` writes: steps by members by levels by parameters, one flush for each step of each member. */
export interface HammerSize {
  readonly steps: number;
  readonly members: number;
  readonly levels: number;
  readonly params: number;
}

export function fieldsOf({ steps, members, levels, params }: HammerSize): number {
  return steps * members * levels * params;
}

/** The command line of `fdb-hammer`, which `dte fdb hammer` takes too. */
export function hammerArgs(size: HammerSize, template: string, firstMember = 1): readonly string[] {
  return [
    `--nsteps=${size.steps}`,
    `--nensembles=${size.members}`,
    `--number=${firstMember}`,
    `--nlevels=${size.levels}`,
    `--nparams=${size.params}`,
    '--expver=hm01',
    '--class=rd',
    template,
  ];
}

/** A request that names all that `hammer` wrote. */
export function hammerRequest({ steps, members, levels, params }: HammerSize): string {
  const range = (first: number, last: number): string => Array.from({ length: last - first + 1 }, (_, index) => first + index).join('/');
  return [
    'retrieve,class=rd,expver=hm01,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl',
    `step=${range(0, steps - 1)}`,
    `number=${range(1, members)}`,
    `levelist=${range(1, levels)}`,
    `param=${range(1, params)}`,
  ].join(',');
}
