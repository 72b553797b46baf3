import { Hooks } from '../../../src/adapters/hooks/hooks.ts';
import { instanceOfSession } from '../../../src/adapters/hooks/session-instance.ts';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import type { WireConversationMessage } from '../../../src/application/wire/conversation-message.ts';
import type { Changes } from '../../../src/domain/conversation/conversation.ts';
import { fieldsOf, inMemory, TestServer } from '../koa/test-server.ts';

type Fields = { readonly [name: string]: unknown };

export interface ShownInstance {
  readonly status: string;
  readonly ended_at: string | null;
  readonly id: string;
  readonly name: string | null;
  readonly context: object | null;
  readonly agent_type_name: string;
  readonly messages: readonly WireConversationMessage[];
}

const PERSON = { headers: { authorization: 'Bearer ann-dashboard' } };

/** A server that takes events of hooks as the agent of `ann`, and the actions of the person `ann`. */
export class HookServer implements AsyncDisposable {
  readonly server: TestServer;
  readonly #writes: Changes[];

  private constructor(server: TestServer, writes: Changes[]) {
    this.server = server;
    this.#writes = writes;
  }

  static async start(): Promise<HookServer> {
    const writes: Changes[] = [];
    const application = inMemory((repository) =>
      Object.assign(Object.create(repository), {
        update: (target, decide) =>
          repository.update(target, (conversation, record) => {
            const decision = decide(conversation, record);
            if (decision.changes !== null) writes.push(decision.changes);
            return decision;
          }),
      } satisfies Pick<typeof repository, 'update'>),
    );
    const hooks = new Hooks({ dispatch: application.dispatch, ids: uuidV7 });
    return new HookServer(await TestServer.start({ ...application, hooks }), writes);
  }

  /** How many changes were saved so far. */
  get writeCount(): number {
    return this.#writes.length;
  }

  /** Sends an event. A decision that nobody makes is not waited for, unless the query says so. */
  async send(agent: string, body: Fields, query = '?timeout=1', signal?: AbortSignal): Promise<unknown> {
    const response = await this.call(agent, body, query, signal);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  }

  call(agent: string, body: unknown, query = '?timeout=1', signal?: AbortSignal): Promise<Response> {
    return this.server.call('POST', `/hooks/${agent}${query}`, {
      body,
      ...(signal !== undefined && { signal }),
    });
  }

  async instance(agent: string, sessionId: string): Promise<ShownInstance | null> {
    const id = instanceOfSession(agent, sessionId);
    const response = await this.server.call('GET', `/agent-instances/${id}`, PERSON);
    return response.status === 404 ? null : fieldsOf(response);
  }

  async contents(agent: string, sessionId: string): Promise<readonly string[]> {
    return ((await this.instance(agent, sessionId))?.messages ?? []).map(({ content }) => content);
  }

  /** Waits until the agent has asked the question with this number, the first is 1. */
  async question(agent: string, sessionId: string, number = 1): Promise<WireConversationMessage> {
    for (;;) {
      const questions = ((await this.instance(agent, sessionId))?.messages ?? []).filter(
        ({ question_status }) => question_status !== undefined,
      );
      const question = questions[number - 1];
      if (question?.agent_waiting || (question && question.question_status !== 'open')) return question;
    }
  }

  answer(questionId: string, answer: Fields): Promise<Response> {
    return this.server.call('POST', `/questions/${questionId}/answer`, { ...PERSON, body: answer });
  }

  write(agent: string, sessionId: string, content: string): Promise<Response> {
    const id = instanceOfSession(agent, sessionId);
    return this.server.call('POST', `/agent-instances/${id}/messages`, { ...PERSON, body: { content } });
  }

  stop(agent: string, sessionId: string, reason: string): Promise<Response> {
    const id = instanceOfSession(agent, sessionId);
    return this.server.call('POST', `/agent-instances/${id}/stop`, { ...PERSON, body: { reason } });
  }

  /** Ends the run as the page does. */
  async end(agent: string, sessionId: string): Promise<void> {
    const id = instanceOfSession(agent, sessionId);
    await this.server.call('POST', `/agent-instances/${id}/stop`, { ...PERSON, body: {} });
    const body = { status: 'COMPLETED' };
    await this.server.call('PUT', `/agent-instances/${id}/status`, { ...PERSON, body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
