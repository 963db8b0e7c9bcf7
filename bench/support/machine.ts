import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Facts about the machine and the programs on it, stored beside the figures. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Runnable processes in the last minute, before the bench began: figures of a busy machine are upper bounds. */
  readonly load: number;
  readonly adapters: Readonly<Record<string, string>>;
  readonly peers: Readonly<Record<string, string>>;
  readonly quick: boolean;
  readonly runs: number;
}

export function machineFacts(rest: Pick<Machine, 'adapters' | 'peers' | 'quick' | 'runs'>): Machine {
  return {
    date: new Date().toISOString(),
    cpu: cpuName(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    load: Math.round((loadavg()[0] as number) * 100) / 100,
    ...rest,
  };
}

export function cpuName(): string {
  return cpus()[0]?.model.trim() ?? arch();
}

export function machineLines(machine: Machine): string {
  const { cpu, cores, memoryGiB, system, node, load } = machine;
  const adapters = Object.entries(machine.adapters).map(([executor, name]) => `  ${executor}: ${name}`);
  const peers = Object.entries(machine.peers).map(([peer, version]) => `  peer ${peer}: ${version}`);
  const busy = load > 0.5 ? [`  the machine is busy (load ${load}): figures are upper bounds`] : [];
  return [`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}`, ...adapters, ...peers, ...busy, ''].join('\n');
}

/** A file name's part out of an adapter's or a processor's name. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 48);
}
