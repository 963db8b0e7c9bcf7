import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { type FdbPeer, fdbPeer, peerMessage } from '../support/fdb-peer.js';
import { dte, dteProcess, type Finished } from './dte.js';

/** Exit code and both streams of a program that may fail. */
export interface PeerRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A store with upstream's tools and ours over the same configuration. */
export interface Stores {
  readonly peer: FdbPeer;
  /** Four fields of one forecast: two levels of two parameters. */
  readonly four: string;
  /** One ensemble field at level 1: what the hammer takes. */
  readonly template: string;
  fdb(tool: string, ...options: readonly string[]): PeerRun;
  dte(...args: readonly string[]): Promise<Finished>;
  /** The same without a process of its own: for tests of many runs. */
  here(...args: readonly string[]): Promise<PeerRun>;
}

export const oper = 'class=rd,expver=xx01,stream=oper,date=20240101,time=0000';
export const ensemble = 'class=rd,expver=hm01,stream=enfo,date=20240101,time=0000';

export function openStores(t: Test): Stores {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  const sets = 'productDefinitionTemplateNumber=0,type=an,stream=oper,expver=xx01';
  const one = (shortName: string, level: number): Buffer =>
    readFileSync(peerMessage(peer, 'one.grib', `${sets},shortName=${shortName},level=${level}`));
  const four = peer.file('four.grib', Buffer.concat([one('t', 1000), one('t', 500), one('z', 1000), one('z', 500)]));
  const env = { ...process.env, ...peer.env };
  return {
    peer,
    four,
    template: peerMessage(peer, 'template.grib'),
    fdb(tool, ...options) {
      const { status, stdout, stderr } = spawnSync(`fdb-${tool}`, options, { encoding: 'latin1', env, maxBuffer: 2 ** 28 });
      return { code: status, stdout, stderr };
    },
    dte: (...args) => dteProcess(['fdb', ...args], { env: peer.env }),
    here: (...args) => runHere(['fdb', ...args], peer.env),
  };
}

/** As `dte`, with the text that was printed. */
export async function runHere(args: readonly string[], env: Readonly<Record<string, string>>): Promise<PeerRun> {
  const run = await dte(args, { env });
  return { ...run, stdout: run.stdout.toString() };
}

/** Fails unless ours prints on standard output what upstream's tool prints, and both succeed or both fail. */
export async function sameAsPeer(t: Test, stores: Stores, tool: string, ...args: readonly string[]): Promise<void> {
  const theirs = stores.fdb(tool, ...args);
  const ours = await stores.here(tool, ...args);
  const name = `${tool} ${args.join(' ')}`;
  t.equal(ours.stdout, theirs.stdout, name);
  t.equal(ours.code === 0, theirs.code === 0, `${name}: exit codes ${ours.code} and ${theirs.code}`);
}
