import { type Disk, type DiskFile, type DiskLog, DteError, type ErrorCode, type FileInfo, folderOf } from '../../src/base/index.js';

/** What a disk was asked to do. Reading is not recorded; it can only fail because the process is dead. */
export interface DiskOperation {
  readonly kind: 'make' | 'write' | 'append' | 'resize' | 'sync' | 'rename' | 'remove' | 'folder' | 'sync-folder';
  readonly path: string;
  /** Octets of a write or an append. */
  readonly bytes?: number;
}

export interface MemoryDiskOptions {
  /**
   * Called before each operation, with its number from 0. A code makes it fail without effect; `{ partial }` makes a write
   * take so many octets and then fail for want of space; 'kill' stops the process before it; `{ killAfter }` after so many octets of it.
   */
  readonly fault?: (operation: DiskOperation, index: number) => Fault | undefined;
  readonly now?: () => number;
  readonly host?: string;
  readonly pid?: number;
}

export type Fault = ErrorCode | 'kill' | { readonly partial: number } | { readonly killAfter: number };

/** Thrown at everything that a killed process does. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export interface MemoryDisk extends Disk {
  readonly operations: readonly DiskOperation[];
  readonly isKilled: boolean;
  /** Another process on the same disk: with its own faults, and alive. */
  process(options?: MemoryDiskOptions): MemoryDisk;
  /** A disk with what a failure of power leaves: names not synced may be gone, octets not synced lost, torn or zero, as `random` (0 to 1) decides. */
  powerFailure(random: () => number): MemoryDisk;
  /** An independent copy. */
  copy(options?: MemoryDiskOptions): MemoryDisk;
  /** Octets as they are, without faults; undefined when there is no such file. */
  contents(path: string): Uint8Array | undefined;
  put(path: string, bytes: Uint8Array): void;
  /** All files, sorted. */
  paths(): readonly string[];
  /** Room for octets of files; beyond it writes fail as on a full disk. Infinity unless set. */
  setCapacity(bytes: number): void;
}

/** A file apart from its names. */
interface Inode {
  /** No other has it. */
  readonly number: number;
  bytes: Uint8Array;
  size: number;
  /** What is safe. */
  synced: Uint8Array;
  /** Writes and resizes since the last sync, in order. */
  pending: Change[];
  modifiedMs: number;
}

let inodes = 1;

type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number };

/** Names made, moved or removed at once, for which the folder was not synced yet. */
interface NameChange {
  readonly folder: string;
  readonly names: readonly { readonly path: string; readonly before: Inode | 'folder' | undefined }[];
}

interface World {
  names: Map<string, Inode | 'folder'>;
  nameChanges: NameChange[];
  capacity: number;
}

/** An empty disk in memory, on which operations can be made to fail and processes to die. */
export function memoryDisk(options: MemoryDiskOptions = {}): MemoryDisk {
  return diskOn({ names: new Map([['/', 'folder']]), nameChanges: [], capacity: Infinity }, options);
}

function diskOn(world: World, options: MemoryDiskOptions): MemoryDisk {
  const operations: DiskOperation[] = [];
  const now = options.now ?? ((): number => 1_700_000_000_000);
  let isKilled = false;

  const alive = (): void => {
    if (isKilled) throw new Killed('the process was killed');
  };
  const kill = (): never => {
    isKilled = true;
    throw new Killed('the process was killed');
  };
  /** Records, and fails or dies when it is time. How many octets of a write are to be done before that. */
  const begin = (operation: DiskOperation): { readonly limit: number; readonly finish: () => void } => {
    alive();
    const fault = options.fault?.(operation, operations.length);
    operations.push(operation);
    if (fault === undefined) return { limit: Infinity, finish: () => {} };
    if (fault === 'kill') return kill();
    if (typeof fault === 'string') throw new DteError(fault, `'${operation.path}' fails as asked`);
    if ('killAfter' in fault) return { limit: fault.killAfter, finish: kill };
    return { limit: fault.partial, finish: () => noSpace(operation.path) };
  };
  const noSpace = (path: string): never => {
    throw new DteError('limit.space', `'${path}' cannot be written: the disk is full`, { hint: 'free some space' });
  };
  const inode = (path: string): Inode | undefined => {
    const found = world.names.get(path);
    if (found === 'folder') throw new DteError('fault.read', `'${path}' is a directory`);
    return found;
  };
  const setNames = (folder: string, changes: readonly (readonly [path: string, to: Inode | 'folder' | undefined])[]): void => {
    world.nameChanges.push({ folder, names: changes.map(([path]) => ({ path, before: world.names.get(path) })) });
    for (const [path, to] of changes)
      if (to === undefined) world.names.delete(path);
      else world.names.set(path, to);
  };
  const setName = (path: string, to: Inode | 'folder' | undefined): void => setNames(folderOf(path), [[path, to]]);
  const used = (): number => {
    let sum = 0;
    for (const node of new Set(world.names.values())) if (node !== 'folder') sum += node.size;
    return sum;
  };
  const make = (path: string): Inode => {
    if (world.names.get(folderOf(path)) !== 'folder')
      throw new DteError('fault.write', `'${path}' cannot be written: there is no such folder`);
    const made: Inode = { number: inodes++, bytes: new Uint8Array(0), size: 0, synced: new Uint8Array(0), pending: [], modifiedMs: now() };
    setName(path, made);
    return made;
  };
  /** Writes what the fault and the room on the disk allow. */
  const put = (node: Inode, path: string, at: number, bytes: Uint8Array, limits: ReturnType<typeof begin>): void => {
    const room = world.capacity - used() + Math.max(0, node.size - at);
    const part = bytes.slice(0, Math.max(0, Math.min(limits.limit, room)));
    change(node, { at, bytes: part });
    node.modifiedMs = now();
    limits.finish();
    if (part.length < bytes.length) noSpace(path);
  };

  const disk: MemoryDisk = {
    self: { host: options.host ?? 'memory', pid: options.pid ?? 1, uid: 0 },
    operations,
    get isKilled() {
      return isKilled;
    },
    async info(path): Promise<FileInfo | undefined> {
      alive();
      const node = world.names.get(path);
      if (node === undefined) return undefined;
      const isDirectory = node === 'folder';
      return {
        name: path.slice(path.lastIndexOf('/') + 1),
        path,
        sizeBytes: isDirectory ? 0 : node.size,
        modifiedMs: isDirectory ? 0 : node.modifiedMs,
        isDirectory,
      };
    },
    async stamps(paths) {
      alive();
      return paths.map((path) => {
        const node = world.names.get(path);
        return node === undefined ? undefined : node === 'folder' ? 'folder' : `${node.number}:${node.size}:${node.modifiedMs}`;
      });
    },
    async names(folder) {
      alive();
      const start = folder.endsWith('/') ? folder : `${folder}/`;
      return [...world.names.keys()]
        .filter((path) => path !== '/' && path.startsWith(start) && !path.slice(start.length).includes('/'))
        .map((path) => path.slice(start.length))
        .sort();
    },
    async open(path) {
      alive();
      const node = inode(path);
      if (node === undefined) throw new DteError('absent.file', `'${path}' does not exist`);
      const sizeBytes = node.size;
      return {
        path,
        sizeBytes,
        async read(position, length) {
          alive();
          return node.bytes.slice(Math.min(position, node.size), Math.max(position, Math.min(position + length, sizeBytes, node.size)));
        },
        async readInto(position, target) {
          alive();
          const part = node.bytes.subarray(Math.min(position, node.size), Math.min(position + target.length, node.size));
          target.set(part);
          return part.length;
        },
        async close() {},
      };
    },
    async read(path) {
      alive();
      const node = inode(path);
      if (node === undefined) throw new DteError('absent.file', `'${path}' does not exist`);
      return node.bytes.slice(0, node.size);
    },
    write: openFile,
    async log(path): Promise<DiskLog> {
      alive();
      let node = inode(path);
      if (node === undefined) {
        begin({ kind: 'make', path });
        node = make(path);
      }
      const file = node;
      return {
        path,
        async sizeBytes() {
          alive();
          return file.size;
        },
        async append(bytes) {
          const limits = begin({ kind: 'append', path, bytes: bytes.length });
          put(file, path, file.size, bytes, limits);
          return file.size;
        },
        sync: () => sync(file, path),
        async close() {},
      };
    },
    async makeFolder(path) {
      alive();
      const found = world.names.get(path);
      if (found === 'folder') return false;
      if (found !== undefined) throw new DteError('fault.write', `'${path}' is a file`);
      if (path !== '/') await disk.makeFolder(folderOf(path));
      begin({ kind: 'folder', path });
      if (world.names.get(path) === 'folder') return false;
      setName(path, 'folder');
      return true;
    },
    async rename(from, to) {
      begin({ kind: 'rename', path: to });
      if (!world.names.has(from)) throw new DteError('fault.write', `'${from}' does not exist`);
      const moved = [...world.names].filter(([path]) => path === from || path.startsWith(`${from}/`));
      setNames(folderOf(to), [
        ...moved.map(([path]) => [path, undefined] as const),
        ...moved.map(([path, node]) => [to + path.slice(from.length), node] as const),
      ]);
    },
    async remove(path) {
      begin({ kind: 'remove', path });
      const node = world.names.get(path);
      if (node === undefined) return false;
      if (node === 'folder' && (await disk.names(path)).length > 0)
        throw new DteError('fault.write', `'${path}' cannot be removed: the folder is not empty`);
      setName(path, undefined);
      return true;
    },
    async syncFolder(path) {
      begin({ kind: 'sync-folder', path });
      world.nameChanges = world.nameChanges.filter((changed) => changed.folder !== path);
    },
    async realPath(path) {
      alive();
      if (!world.names.has(path)) throw new DteError('absent.file', `'${path}' does not exist`);
      return path;
    },
    async space() {
      return { totalBytes: world.capacity, freeBytes: world.capacity - used() };
    },
    async owner() {
      return 0;
    },
    userName: String,

    process: (more = {}) => diskOn(world, { ...(options.now === undefined ? {} : { now: options.now }), ...more }),
    copy(more = {}) {
      const copies = new Map<Inode, Inode>();
      const copyOf = (node: Inode): Inode => {
        let made = copies.get(node);
        if (made === undefined)
          copies.set(node, (made = { ...node, number: inodes++, bytes: node.bytes.slice(), pending: [...node.pending] }));
        return made;
      };
      const each = <T extends Inode | 'folder' | undefined>(node: T): T => (typeof node === 'object' ? copyOf(node) : node) as T;
      const names = new Map([...world.names].map(([path, node]) => [path, each(node)]));
      const nameChanges = world.nameChanges.map(({ folder, names: changed }) => ({
        folder,
        names: changed.map(({ path, before }) => ({ path, before: each(before) })),
      }));
      return diskOn({ names, nameChanges, capacity: world.capacity }, more);
    },
    powerFailure(random) {
      const names = new Map(world.names);
      // From the newest to the oldest: what happened to a name before a change that is kept no longer matters.
      const kept = new Set<string>();
      for (const { names: changed } of [...world.nameChanges].reverse()) {
        const isKept = random() < 0.5 || changed.some(({ path }) => kept.has(path));
        for (const { path, before } of changed) {
          if (isKept) kept.add(path);
          else if (before === undefined) names.delete(path);
          else names.set(path, before);
        }
      }
      for (const path of [...names.keys()]) if (path !== '/' && !hasFolder(names, path)) names.delete(path);
      const after = new Map<Inode, Inode>();
      for (const [path, node] of names) {
        if (node === 'folder') continue;
        let left = after.get(node);
        if (left === undefined) after.set(node, (left = afterPowerFailure(node, random)));
        names.set(path, left);
      }
      return diskOn({ names, nameChanges: [], capacity: world.capacity }, {});
    },
    contents(path) {
      const node = inode(path);
      return node?.bytes.slice(0, node.size);
    },
    put(path, bytes) {
      for (let folder = folderOf(path); !world.names.has(folder); folder = folderOf(folder)) world.names.set(folder, 'folder');
      world.names.set(path, {
        number: inodes++,
        bytes: bytes.slice(),
        size: bytes.length,
        synced: bytes.slice(),
        pending: [],
        modifiedMs: now(),
      });
    },
    paths: () =>
      [...world.names]
        .filter(([, node]) => node !== 'folder')
        .map(([path]) => path)
        .sort(),
    setCapacity(bytes) {
      world.capacity = bytes;
    },
  };
  return disk;

  async function sync(node: Inode, path: string): Promise<void> {
    begin({ kind: 'sync', path });
    node.synced = node.bytes.slice(0, node.size);
    node.pending = [];
  }

  function openFile(path: string, how?: { readonly mode?: number }): Promise<DiskFile>;
  function openFile(path: string, how: { readonly mode?: number; readonly exclusive: true }): Promise<DiskFile | undefined>;
  async function openFile(path: string, how: { readonly mode?: number; readonly exclusive?: true } = {}): Promise<DiskFile | undefined> {
    alive();
    let node = inode(path);
    if (node !== undefined && how.exclusive === true) return undefined;
    if (node === undefined) {
      begin({ kind: 'make', path });
      node = make(path);
    }
    const file = node;
    return {
      path,
      async sizeBytes() {
        alive();
        return file.size;
      },
      async writeAt(position, parts) {
        const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
        let at = 0;
        for (const part of parts) {
          bytes.set(part, at);
          at += part.length;
        }
        const limits = begin({ kind: 'write', path, bytes: bytes.length });
        put(file, path, position, bytes, limits);
      },
      async resize(sizeBytes) {
        begin({ kind: 'resize', path });
        change(file, { size: sizeBytes });
        file.modifiedMs = now();
      },
      sync: () => sync(file, path),
      async close() {},
    };
  }
}

function hasFolder(names: ReadonlyMap<string, Inode | 'folder'>, path: string): boolean {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (names.get(folder) !== 'folder') return false;
    if (folder === '/') return true;
  }
}

function change(node: Inode, done: Change): void {
  node.pending.push(done);
  node.bytes = applied(node.bytes, node.size, done);
  node.size = 'size' in done ? done.size : Math.max(node.size, done.at + done.bytes.length);
}

/** The octets after a change; memory grows by doubling, and is zero beyond the size. */
function applied(bytes: Uint8Array, size: number, done: Change): Uint8Array {
  const end = 'size' in done ? done.size : done.at + done.bytes.length;
  let to = bytes;
  if (end > bytes.length) {
    to = new Uint8Array(Math.max(end, 2 * bytes.length));
    to.set(bytes.subarray(0, size));
  }
  if ('size' in done) to.fill(0, Math.min(done.size, to.length), Math.min(size, to.length));
  else to.set(done.bytes, done.at);
  return to;
}

/** Of the changes since the last sync any may be lost; a write may be done in part; the length may be there without the octets, which are zeros then. */
function afterPowerFailure(node: Inode, random: () => number): Inode {
  let bytes: Uint8Array = node.synced.slice();
  let size = bytes.length;
  for (const done of node.pending) {
    const luck = random();
    let left: Change = done;
    if (luck < 0.3) {
      if (random() < 0.5 || 'size' in done) continue;
      left = { size: Math.max(size, done.at + done.bytes.length) };
    } else if (luck < 0.6 && !('size' in done))
      left = { at: done.at, bytes: done.bytes.slice(0, Math.floor(random() * (done.bytes.length + 1))) };
    bytes = applied(bytes, size, left);
    size = 'size' in left ? left.size : Math.max(size, left.at + left.bytes.length);
  }
  const safe = bytes.slice(0, size);
  return { number: inodes++, bytes: safe, size, synced: safe.slice(), pending: [], modifiedMs: node.modifiedMs };
}
