import * as v from 'valibot';
import { expect } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryDashboardQueries } from '../../src/adapters/in-memory/dashboard-queries.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { createDispatch, type Request } from '../../src/application/dispatch/dispatch.ts';
import { RequestError } from '../../src/application/errors.ts';
import { DEFAULT_SETTINGS, type ObjectSchema, type UseCase } from '../../src/application/use-case.ts';
import * as useCases from '../../src/application/use-cases/index.ts';
import { DeadlineAnnouncements } from '../../src/application/waiting/deadline-announcements.ts';
import { OpenWaits } from '../../src/application/waiting/open-waits.ts';
import type { AgentInstance } from '../../src/domain/conversation/agent-instance.ts';
import type { Message } from '../../src/domain/conversation/message.ts';
import { CodedError } from '../../src/domain/errors.ts';
import type { AgentInstanceId, MessageId } from '../../src/domain/ids.ts';
import type { Caller } from '../../src/ports/tokens/token-verifier.ts';
import { aCaller, FakeClock, FakeIds, instanceIdOf, userIdOf } from '../support/builders.ts';

type Options = Omit<Partial<Request>, 'input'>;

/** The use cases over the in-memory store, called through `dispatch` as every transport does. */
export class InMemoryApplication {
  readonly clock = new FakeClock();
  readonly ids = new FakeIds();
  readonly signals = new InProcessSignals();
  readonly stopping = new AbortController();
  readonly waits = new OpenWaits();
  readonly deadlines = new DeadlineAnnouncements();
  readonly settings = DEFAULT_SETTINGS;
  readonly repository = new InMemoryAgentInstanceRepository(this.signals);
  readonly queries = new InMemoryDashboardQueries(this.repository);
  readonly apiKeys = null;
  readonly removal = null;
  readonly issuer = null;
  readonly dispatch = createDispatch(this, this.stopping.signal);

  /** Calls a use case, checks its output against its output schema, and returns the output. */
  async call<Input extends ObjectSchema, Output extends ObjectSchema>(
    useCase: UseCase<Input, Output>,
    input: object,
    { caller = aCaller(), ...options }: Options = {},
  ): Promise<v.InferOutput<Output>> {
    const output = await this.dispatch(useCase, { caller, input, ...options });
    expect(v.parse(useCase.output, output)).toEqual(output);
    return output;
  }

  /** Sends a step. By default it belongs to instance 1, which is created if it does not exist. */
  step(input: object = {}, options: Options = {}) {
    return this.call(
      useCases.sendAgentMessage,
      { agent_instance_id: instanceIdOf(1), agent_type: 'claude-code', content: 'a step', ...input },
      options,
    );
  }

  /** Sends a user message that stays queued for the agent. */
  queue(content: string, options: Options = {}) {
    return this.call(
      useCases.sendUserMessage,
      { agent_instance_id: instanceIdOf(1), content, mark_as_read: false },
      options,
    );
  }

  /** Returns the stored instance 1, with those of its messages that have these ids. */
  async stored(
    ...messageIds: readonly string[]
  ): Promise<{ instance: AgentInstance | null; messages: readonly Message[] }> {
    const target = { userId: userIdOf('ada'), agentInstanceId: instanceIdOf(1), withQueuedMessages: true };
    const load = (message: string | null) =>
      this.repository.update({ ...target, messageId: message as MessageId | null }, (conversation) => ({
        output: conversation,
        changes: null,
        record: null,
      }));
    const { instance } = await load(null);
    const conversations = await Promise.all(messageIds.map(load));
    return {
      instance,
      messages: conversations.flatMap(({ messages }, index) =>
        messages.filter(({ id }) => id === messageIds[index]),
      ),
    };
  }

  /** Deletes the instance as its user. */
  async delete(agentInstanceId: AgentInstanceId = instanceIdOf(1)): Promise<void> {
    await this.call(useCases.deleteAgentInstance, { agent_instance_id: agentInstanceId }, { caller: ada });
  }
}

/** The user who owns the agent instances of a test by default. */
export const ada: Caller = aCaller({ scopes: ['dashboard'] });

export const stranger: Caller = aCaller({ userId: userIdOf('eve') });

/** Returns code, field, message and input issues of the request's error. Fails if the request succeeds. */
export async function refusal(request: Promise<unknown>) {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { code, field, message } = error;
    return { code, field, message, issues: error instanceof RequestError ? error.issues : null };
  }
  return expect.unreachable('nothing was refused');
}
