import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import { callTool } from '../support/call-tool.ts';
import type { FaultInjector } from '../support/fault-injection.ts';
import type { Random } from '../support/random.ts';
import type { RetryingClient } from '../support/retrying-client.ts';

/** What one response that the agent has read handed to it. */
export interface Received {
  /** The arguments of the call. */
  readonly call: string;
  readonly texts: readonly string[];
  readonly redelivered: boolean;
}

interface Result {
  readonly answer?: string | null;
  readonly status?: string;
  readonly user_feedback: readonly string[];
  readonly redelivered: boolean;
}

interface AgentOptions {
  readonly random: Random;
  readonly ports: readonly number[];
  readonly token: string;
  readonly dashboardToken: string;
  readonly client: RetryingClient;
  readonly faults: FaultInjector;
  readonly callCount: number;
}

/** An agent loses no more responses in a row. Killed servers lose some more, and `MAX_DELIVERIES` is 5. */
const MAX_LOSSES_IN_A_ROW = 2;
const LOSS_CHANCE = 0.35;
const QUESTION_CHANCE = 0.4;
const WRITE_CHANCE = 0.5;
/** How long a call that will be lost runs at most, so that some calls are cut off before they are done. */
const CUT_OFF_MS = 30;
const MAX_RETRY_MS = 90_000;

/**
 * One agent over MCP, and the person who owns it. The agent makes one call after another. Some responses it
 * never reads: it hangs up, or dies after the response has arrived. Then it repeats the call word for word.
 */
export class AgentWithoutKeys {
  readonly id: string;
  /** What the person has written, in order. */
  readonly written: string[] = [];
  readonly received: Received[] = [];
  readonly wrongAnswers: string[] = [];
  lostResponses = 0;
  readonly #options: AgentOptions;
  /** How many responses were lost since the last one that the agent has read. */
  #lossesInARow = 0;
  /** The number of the server that gets the next call. */
  #server = 0;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.id = options.random.uuid();
  }

  async run(): Promise<void> {
    const { random, callCount, faults } = this.#options;
    await this.#callUntilRead('log_step', { step_description: 'start' });
    for (let nth = 0; nth < callCount; nth += 1) {
      await faults.beforeWork();
      if (random.chance(WRITE_CHANCE)) await this.#write(`note ${nth} to ${this.id}`);
      if (random.chance(QUESTION_CHANCE)) await this.#ask(`question ${nth} of ${this.id}?`);
      else await this.#callUntilRead('log_step', { step_description: `step ${nth}` });
    }
    await this.#callUntilRead('log_step', { step_description: 'the end' });
  }

  /** Asks until the answer has arrived. The person answers while the first call waits, or after it ended. */
  async #ask(question: string): Promise<void> {
    const { random } = this.#options;
    const answer = `answer to ${question}`;
    const call = { question_text: question, wait_seconds: random.oneOf([0, 0.05, 5]) };
    const asked = await this.#call('ask_question', { ...call, wait_seconds: 0 });
    if (!this.#isLost()) this.#read('ask_question', asked);
    const [result] = await Promise.all([this.#callUntilRead('ask_question', call), this.#write(answer)]);
    const last = result.status === 'pending' ? await this.#callUntilRead('ask_question', call) : result;
    if (last.answer !== answer) this.wrongAnswers.push(`${question} was answered with ${last.answer}`);
  }

  /**
   * Repeats a call word for word until the agent has read a response. All attempts go to one server while it
   * runs: it takes them in their order, so a call that was cut off is over before the agent's next message.
   * ADR 18 says what the other order may lose.
   */
  async #callUntilRead(tool: string, args: object): Promise<Result> {
    this.#server = this.#options.random.below(this.#options.ports.length);
    while (this.#isLost()) {
      const { random } = this.#options;
      const signal = random.chance(0.5) ? AbortSignal.timeout(random.below(CUT_OFF_MS)) : null;
      await this.#call(tool, args, signal);
      this.#lossesInARow += 1;
      this.lostResponses += 1;
    }
    return this.#read(tool + JSON.stringify(args), await this.#call(tool, args));
  }

  #isLost(): boolean {
    return this.#lossesInARow < MAX_LOSSES_IN_A_ROW && this.#options.random.chance(LOSS_CHANCE);
  }

  #read(call: string, result: Result | null): Result {
    if (result === null) throw new BrokenPromise(`${this.id}: a call has no result`);
    this.#lossesInARow = 0;
    const answer = result.answer == null ? [] : [result.answer];
    this.received.push({
      call,
      texts: [...result.user_feedback, ...answer],
      redelivered: result.redelivered,
    });
    return result;
  }

  /** Calls a tool. Failed attempts are repeated. Returns null if the signal ended the call. */
  async #call(tool: string, args: object, signal: AbortSignal | null = null): Promise<Result | null> {
    const { random, ports, token } = this.#options;
    const startedAt = Date.now();
    for (;;) {
      try {
        const port = ports[this.#server % ports.length]!;
        const callArgs = { ...args, agent_instance_id: this.id };
        const reply = await callTool<Result>({ port, token, tool, args: callArgs, signal });
        if ('result' in reply) return reply.result;
        if (Date.now() - startedAt > MAX_RETRY_MS)
          throw new BrokenPromise(`${tool} never succeeds: ${reply.failure}`);
      } catch (error) {
        if (signal?.aborted) return null;
        if (error instanceof BrokenPromise || Date.now() - startedAt > MAX_RETRY_MS) throw error;
        // The killed server may have handed something over.
        this.#lossesInARow += 1;
      }
      this.#server += 1;
      await sleep(random.between(10, 150));
    }
  }

  async #write(content: string): Promise<void> {
    const { client, dashboardToken, random } = this.#options;
    const path = `/agent-instances/${this.id}/messages`;
    const call = { method: 'POST', path, token: dashboardToken, key: content, body: { content } } as const;
    const { status, body } = await client.call(call, random);
    if (status >= 300) throw new BrokenPromise(`writing "${content}" was answered ${status}: ${body}`);
    this.written.push(content);
  }
}
