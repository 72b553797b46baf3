import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import type { Random } from '../support/random.ts';
import type { RetryingClient } from '../support/retrying-client.ts';
import type { Arrivals, Channel } from './arrivals.ts';
import type { NotifiedUser } from './notified-user.ts';

/** When a question is answered: right away, after it has arrived everywhere, or not at all. */
export const PLANS = ['at once', 'after delivery', 'never'] as const;
export type Plan = (typeof PLANS)[number];
/** Where it is answered: on the page, or by a button of a notification. */
export const PLACES = ['page', 'ntfy', 'webhook'] as const;
export type Place = (typeof PLACES)[number];

interface Options {
  readonly text: string;
  readonly plan: Plan;
  readonly place: Place;
  readonly user: NotifiedUser;
  readonly instance: string;
  readonly client: RetryingClient;
  readonly ports: readonly number[];
  readonly arrivals: Arrivals;
  readonly random: Random;
}

const MAX_TAP_MS = 90_000;

/** One question: an agent asks it, and a person answers it as planned. */
export class AskedQuestion {
  readonly options: Options;
  id = '';
  /** The status of the tap that answered it; null: it was not answered by a tap. */
  tapStatus: number | null = null;

  constructor(options: Options) {
    this.options = options;
  }

  async ask(): Promise<void> {
    const { text, user, instance, client, random } = this.options;
    const options = [{ label: 'Stop' }, { label: 'Go' }];
    const question = { content: text, requires_user_input: true, options };
    const body = { agent_instance_id: instance, agent_type: 'prover', ...question };
    const call = { method: 'POST', path: '/messages/agent', token: user.token, key: text, body } as const;
    const reply = await client.call(call, random);
    if (reply.status !== 200) throw new BrokenPromise(`"${text}" was refused: ${reply.body}`);
    this.id = JSON.parse(reply.body).message_id;
  }

  /** Resolves when it was answered as planned. */
  async answer(): Promise<void> {
    const { plan, place, arrivals } = this.options;
    if (plan === 'never') return;
    if (plan === 'at once') return this.#answerOnPage();
    await arrivals.untilAsked(this.id);
    if (place === 'page') await this.#answerOnPage();
    else this.tapStatus = await this.#tap(place);
  }

  async #answerOnPage(): Promise<void> {
    const { user, client, random, text } = this.options;
    const path = `/questions/${this.id}/answer`;
    const call = { method: 'POST', path, token: user.dashboardToken, key: `answer ${text}` } as const;
    const reply = await client.call({ ...call, body: { values: ['Go'] } }, random);
    if (reply.status !== 200) throw new BrokenPromise(`an answer was refused: ${reply.status} ${reply.body}`);
  }

  /** Taps a button until a server answers. If an earlier attempt has answered the question, that is a 409. */
  async #tap(channel: Channel): Promise<number> {
    const { arrivals, ports, random } = this.options;
    const [url] = arrivals.answerUrlsOf(this.id, channel).slice(-1);
    const { pathname } = new URL(url!);
    const startedAt = Date.now();
    const headers = { 'content-type': 'application/json' };
    for (let attempt = random.below(ports.length); ; attempt += 1) {
      const address = `http://127.0.0.1:${ports[attempt % ports.length]}${pathname}`;
      const response = await fetch(address, { method: 'POST', headers, body: '{}' }).catch(() => null);
      const body = await response?.text().catch(() => null);
      if (response != null && body != null && (response.ok || response.status === 409))
        return response.status;
      if (response != null && response.status !== 503 && body != null)
        throw new BrokenPromise(`a tap was answered ${response.status}: ${body}`);
      if (Date.now() - startedAt > MAX_TAP_MS) throw new BrokenPromise(`no server takes a tap on ${channel}`);
      await sleep(random.between(10, 150));
    }
  }
}
