import { randomUUID } from 'node:crypto';
import type { RunningServer } from '../support/servers/running-server.ts';

/** A step that was sent, with the body of the response. */
export interface Step {
  /** The idempotency key of the step. */
  readonly key: string;
  readonly agent_instance_id: string;
  readonly content: string;
  /** The body of the response. Null while it is unknown whether the step was stored. */
  answer: string | null;
}

export const send = (server: RunningServer, { key, answer: _, ...body }: Step): Promise<Response> =>
  server.call('POST', '/messages/agent', {
    body: { agent_type: 'load', ...body },
    headers: { 'idempotency-key': key },
  });

/**
 * Sends a step again, with the same idempotency key.
 * @returns the body of the response
 */
export async function repeat(server: RunningServer, step: Step): Promise<string> {
  const answer = await send(server, step);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
  return text;
}

/**
 * Clients that write one step after another, several clients for each instance. A step that got the status
 * 503 is repeated with its idempotency key until it succeeds. The clients end when the server is gone.
 */
export class StepLoad {
  readonly steps: Step[] = [];
  /** Every response whose status was not 200. */
  readonly refusals: { readonly status: number; readonly retryAfter: string | null }[] = [];
  /** Resolves when every client has stopped. */
  readonly done: Promise<unknown>;
  #acknowledged = 0;
  #isStopping = false;
  #watchers: { count: number; resolve: () => void }[] = [];

  constructor(server: RunningServer, { clients = 12, instances = 4 } = {}) {
    const ids = Array.from({ length: instances }, () => randomUUID());
    this.done = Promise.all(
      Array.from({ length: clients }, (_, client) => this.#write(server, ids[client % instances]!, client)),
    );
  }

  get acknowledged(): readonly Step[] {
    return this.steps.filter(({ answer }) => answer !== null);
  }

  get unknown(): readonly Step[] {
    return this.steps.filter(({ answer }) => answer === null);
  }

  /** Waits until `count` more steps are acknowledged. */
  async more(count: number): Promise<void> {
    const countReached = new Promise<void>((resolve) =>
      this.#watchers.push({ count: this.#acknowledged + count, resolve }),
    );
    await Promise.race([countReached, this.done]);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.done;
  }

  async #write(server: RunningServer, agent_instance_id: string, client: number): Promise<void> {
    for (let nth = 1; !this.#isStopping; nth += 1) {
      const step: Step = {
        key: randomUUID(),
        agent_instance_id,
        content: `client ${client} step ${nth}`,
        answer: null,
      };
      this.steps.push(step);
      try {
        while (step.answer === null) await this.#attempt(server, step);
      } catch {
        return;
      }
    }
  }

  async #attempt(server: RunningServer, step: Step): Promise<void> {
    const answer = await send(server, step);
    const text = await answer.text();
    if (answer.status !== 200) {
      this.refusals.push({ status: answer.status, retryAfter: answer.headers.get('retry-after') });
      if (answer.status !== 503) throw new Error(text);
      return;
    }
    step.answer = text;
    this.#acknowledged += 1;
    for (const watcher of this.#watchers) if (watcher.count <= this.#acknowledged) watcher.resolve();
    this.#watchers = this.#watchers.filter(({ count }) => count > this.#acknowledged);
  }
}
