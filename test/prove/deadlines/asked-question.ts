import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import { callTool } from '../support/call-tool.ts';
import type { Random } from '../support/random.ts';
import type { Reply, RetryingClient } from '../support/retrying-client.ts';
import type { DeedReply, SeenEnding } from './endings.ts';
import { type Deed, type QuestionPlan, VALUES } from './plan.ts';

export interface Tenant {
  readonly token: string;
  readonly dashboardToken: string;
}

interface AskedQuestionOptions {
  readonly plan: QuestionPlan;
  readonly tenant: Tenant;
  readonly instance: string;
  readonly client: RetryingClient;
  readonly ports: readonly number[];
  readonly random: Random;
}

const MAX_WAIT_SECONDS = 10;
const MAX_RETRY_MS = 90_000;

/** One question: an agent asks it and waits, and people and the agent do what the plan says. */
export class AskedQuestion {
  readonly plan: QuestionPlan;
  /** What those got who did something with the question. */
  readonly deedReplies: DeedReply[] = [];
  id = '';
  /** What the agent got when its wait ended, and when, by `Date.now()`. */
  seen: SeenEnding | null = null;
  seenAt = 0;
  /** What the agent gets from the other server afterwards. */
  seenAgain: SeenEnding | null = null;
  readonly #options: AskedQuestionOptions;
  /** The number of the server that gets the next call. */
  #server: number;

  constructor(options: AskedQuestionOptions) {
    this.plan = options.plan;
    this.#options = options;
    this.#server = options.random.below(options.ports.length);
  }

  async run(): Promise<void> {
    const askedAt = Date.now();
    await this.#ask();
    const { deeds, expiresInSeconds, leadMs } = this.plan;
    const deedsAt = askedAt + expiresInSeconds * 1000 - leadMs;
    const done = deeds.map(async (deed, nth) => {
      await sleep(Math.max(0, deedsAt - Date.now()));
      this.deedReplies.push(await this.#do(deed, nth));
    });
    await Promise.all([this.#untilEnded(), ...done]);
    this.#server += 1;
    this.seenAgain = await this.#wait(0);
  }

  async #ask(): Promise<void> {
    const { instance, tenant, client, random } = this.#options;
    const { text, expiresInSeconds, defaultValue } = this.plan;
    const { status, body } = await client.call(
      {
        method: 'POST',
        path: '/messages/agent',
        token: tenant.token,
        key: text,
        body: {
          agent_instance_id: instance,
          agent_type: 'prover',
          content: text,
          requires_user_input: true,
          options: VALUES.map((value) => ({ label: `Please ${value}`, value })),
          expires_in_seconds: expiresInSeconds,
          ...(defaultValue !== null && { on_expiry: 'default', default_answer: [defaultValue] }),
        },
      },
      random,
    );
    if (status !== 200) throw new BrokenPromise(`"${text}" was answered ${status}: ${body}`);
    this.id = (JSON.parse(body) as { message_id: string }).message_id;
  }

  async #untilEnded(): Promise<void> {
    while (this.seen === null) {
      const ending = await this.#wait(MAX_WAIT_SECONDS);
      if (ending.outcome === null) continue;
      this.seen = ending;
      this.seenAt = Date.now();
    }
  }

  /** Asks for the question by its id, again and again until a server answers. */
  async #wait(seconds: number): Promise<SeenEnding> {
    const { tenant, ports, random } = this.#options;
    const startedAt = Date.now();
    for (;;) {
      const port = ports[this.#server % ports.length]!;
      const args = { question_id: this.id, wait_seconds: seconds };
      const call = { port, token: tenant.token, tool: 'ask_question', args };
      const reply = await callTool<SeenEnding>(call).catch((error: unknown) => ({ failure: String(error) }));
      if ('result' in reply) {
        const { answer, outcome } = reply.result;
        return { answer, outcome };
      }
      if (Date.now() - startedAt > MAX_RETRY_MS)
        throw new BrokenPromise(`${this.plan.text}: a wait never succeeds: ${reply.failure}`);
      this.#server += 1;
      await sleep(random.between(10, 150));
    }
  }

  async #do(deed: Deed, nth: number): Promise<DeedReply> {
    const { tenant, client, random } = this.#options;
    const { text, postponedBySeconds } = this.plan;
    const [method, path, token, body] = {
      answer: [
        'POST',
        '/answer',
        tenant.dashboardToken,
        { values: [random.oneOf(VALUES)], via: `page-${nth}` },
      ],
      postpone: ['PATCH', '', tenant.dashboardToken, { expires_in_seconds: postponedBySeconds }],
      withdraw: ['POST', '/withdraw', tenant.token, {}],
    }[deed] as ['POST' | 'PATCH', string, string, object];
    const call = { method, path: `/questions/${this.id}${path}`, token, body, key: `${deed} ${nth} ${text}` };
    const reply: Reply = await client.call(call, random.fork(nth));
    return { deed, status: reply.status, body: JSON.parse(reply.body) };
  }
}
