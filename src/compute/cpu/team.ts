import { DteError, type WorkerHandle, type WorkerHost } from '../../base/index.js';
import { errorOf, failureOf, type Reply, type Request } from './messages.js';
import { type Program, type RangeFunction, runProgram } from './program.js';

/** A module whose exported functions can be run on worker threads. */
export interface TaskModule {
  /** Where a worker thread finds it. */
  readonly url: URL;
  /** The same functions, for the caller's own thread: in a bundle there is no module behind the address. */
  readonly functions: Readonly<Record<string, (args: never) => unknown>>;
}

/** A function of a module, run on any free thread: `export function name(args)`. Arguments and result are structured clones. */
export interface Task {
  readonly module: TaskModule;
  readonly name: string;
  readonly args: unknown;
}

interface Member {
  readonly worker: WorkerHandle;
  tasks: number;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

// A second task in a thread's mailbox hides the way between threads; more would unbalance the load.
const tasksAhead = 2;

/**
 * The worker threads of one engine. They start at first need, run programs (all threads together) and tasks (one thread each),
 * and do not keep the process alive while idle. With no threads everything runs on the caller's.
 */
export class Team {
  readonly threads: number;
  readonly #host: WorkerHost;
  #members: Member[] | undefined;
  #queue: { readonly task: Task; readonly waiting: Waiting }[] = [];
  readonly #pending = new Map<number, Waiting>();
  #nextId = 0;
  #failure: DteError | undefined;
  #closed = false;

  constructor(host: WorkerHost, threads = host.threads) {
    this.#host = host;
    this.threads = host.threads === 0 ? 0 : threads;
  }

  /** Starts the threads now rather than at first need, and has them load the modules of tasks and twins that are about to come. */
  start(modules: readonly URL[] = []): void {
    if (this.threads === 0) return;
    const request = { kind: 'load', modules: modules.map(({ href }) => href) } as const;
    // What cannot be loaded is met again, and reported, when it is asked for.
    for (const { worker } of this.#started()) this.#ask(worker, (id) => ({ id, ...request })).catch(() => {});
  }

  /** Runs a program to its end. `functions` are the steps' own, for running on the caller's thread. */
  async runProgram(program: Program, functions: readonly RangeFunction[], inline: boolean): Promise<void> {
    if (inline || this.threads === 0) {
      runProgram(program, functions, false);
      return;
    }
    // The first thread that reaches the end has seen every step done; a thread that is busy elsewhere will find nothing left.
    const answers = this.#started().map(({ worker }) => this.#ask(worker, (id) => ({ id, kind: 'program', program })));
    // An answer that comes later than the first says nothing new; its failure would be the same one.
    for (const answer of answers) answer.catch(() => {});
    await Promise.race(answers);
  }

  async runTask(task: Task): Promise<unknown> {
    if (this.threads === 0) {
      return await (task.module.functions[task.name] as (args: unknown) => unknown)(task.args);
    }
    return await new Promise((resolve, reject) => {
      this.#queue.push({ task, waiting: { resolve, reject } });
      this.#deal();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const members = this.#members ?? [];
    this.#members = undefined;
    // What is still under way will not be answered.
    const closed = new DteError('fault.cancelled', 'the engine was closed while work was under way');
    for (const { waiting } of this.#queue.splice(0)) waiting.reject(closed);
    for (const { reject } of this.#pending.values()) reject(closed);
    this.#pending.clear();
    await Promise.all(members.map(({ worker }) => worker.terminate()));
  }

  #deal(): void {
    if (this.#closed) return;
    const members = this.#started();
    for (;;) {
      if (this.#queue.length === 0) return;
      const member = members.reduce((least, other) => (other.tasks < least.tasks ? other : least));
      if (member.tasks >= tasksAhead) return;
      const { task, waiting } = this.#queue.shift() as { task: Task; waiting: Waiting };
      member.tasks++;
      this.#ask(member.worker, (id) => ({ id, kind: 'task', module: task.module.url.href, name: task.name, args: task.args }))
        .then(waiting.resolve, waiting.reject)
        .finally(() => {
          member.tasks--;
          this.#deal();
        });
    }
  }

  #ask(worker: WorkerHandle, request: (id: number) => Request): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#setReferenced(true);
      this.#pending.set(id, { resolve, reject });
      try {
        worker.post(request(id));
      } catch (error) {
        this.#settle(id);
        reject(error);
      }
    });
  }

  #started(): Member[] {
    if (this.#closed) throw new DteError('fault.internal', 'the engine was used after close()');
    if (this.#members === undefined) {
      this.#members = Array.from({ length: this.threads }, () => {
        const worker = this.#host.start(new URL('./worker.js', import.meta.url));
        worker.onMessage((message) => this.#receive(message as Reply));
        worker.onFailure((error) => this.#fail(error));
        worker.setReferenced(false);
        return { worker, tasks: 0 };
      });
    }
    return this.#members;
  }

  #receive(reply: Reply): void {
    const waiting = this.#settle(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(errorOf(reply.failure));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#setReferenced(false);
    return waiting;
  }

  #setReferenced(referenced: boolean): void {
    for (const { worker } of this.#members ?? []) worker.setReferenced(referenced);
  }

  #fail(error: Error): void {
    const failure = failureOf(error);
    this.#failure = new DteError('fault.internal', `a worker thread ended: ${failure.reason}`, { cause: error });
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
    this.#setReferenced(false);
  }
}
