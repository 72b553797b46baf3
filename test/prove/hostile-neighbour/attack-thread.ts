import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ATTACKS, type Target } from './attacks.ts';

/** How many responses the attacker got, by status. */
export type Statuses = { readonly [status: string]: number };

/**
 * Runs all attacks at once, in a thread of its own: otherwise the other user, whose waiting is measured,
 * would wait for the attacker's work in the same thread.
 */
export class AttackThread {
  readonly #worker: Worker;

  constructor(target: Target) {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: target });
  }

  /** Ends all attacks. */
  async stop(): Promise<Statuses> {
    this.#worker.postMessage('stop');
    const [statuses] = await once(this.#worker, 'message');
    await this.#worker.terminate();
    return statuses;
  }
}

async function attack(target: Target): Promise<Statuses> {
  const stop = new AbortController();
  parentPort!.once('message', () => stop.abort());
  const statuses: { [status: string]: number } = {};
  const onStatus = (status: number) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const attacker = { ...target, stopSignal: stop.signal, onStatus };
  await Promise.all(Object.values(ATTACKS).map((each) => each(attacker)));
  return statuses;
}

if (!isMainThread && parentPort !== null) parentPort.postMessage(await attack(workerData));
