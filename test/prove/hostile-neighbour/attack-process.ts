import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { ATTACKS, type Target } from './attacks.ts';

/** How many responses the attacker got, by status. */
export type Statuses = { readonly [status: string]: number };

/**
 * Runs all attacks at once, in a process that gets a processor after the server and its other user. A real
 * attacker has a computer of its own: the other user, whose waiting is measured, waits for the work of the
 * server, but not for that of the attacker.
 */
export class AttackProcess {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Resolves when the server has answered the attacker for the first time. */
  static async start(target: Target): Promise<AttackProcess> {
    const attacker = fork(import.meta.filename, [], { execArgv: [] });
    setPriority(attacker.pid!, constants.priority.PRIORITY_BELOW_NORMAL);
    attacker.send(target);
    await once(attacker, 'message');
    return new AttackProcess(attacker);
  }

  /** Ends all attacks. */
  async stop(): Promise<Statuses> {
    this.#process.send('stop');
    const [statuses] = await once(this.#process, 'message');
    this.#process.disconnect();
    await once(this.#process, 'exit');
    return statuses;
  }
}

async function attack(target: Target): Promise<void> {
  const stop = new AbortController();
  process.once('message', () => stop.abort());
  const statuses: { [status: string]: number } = {};
  const onStatus = (status: number) => {
    if (Object.keys(statuses).length === 0) process.send!('begun');
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const attacker = { ...target, stopSignal: stop.signal, onStatus };
  await Promise.all(Object.values(ATTACKS).map((each) => each(attacker)));
  process.send!(statuses);
}

if (import.meta.main) process.once('message', (target: Target) => void attack(target));
