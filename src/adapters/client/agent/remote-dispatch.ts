import type * as v from 'valibot';
import { checkInput, type Dispatch, type Request } from '../../../application/dispatch/dispatch.ts';
import { RequestError } from '../../../application/errors.ts';
import type { ObjectSchema, UseCase } from '../../../application/use-case.ts';
import { DEFAULT_WAIT_SECONDS } from '../../../application/use-cases/agent/question/ask-question.ts';
import {
  askQuestion,
  endSession,
  sendAgentMessage,
  withdrawQuestion,
} from '../../../application/use-cases/index.ts';
import { CodedError } from '../../../domain/errors.ts';
import type { CallOptions } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import type { AgentClient } from './agent-client.ts';
import { ChangedContext, type ReadContext } from './changed-context.ts';

/** An error of the remote server, as a `CodedError`: the class of errors that use cases throw. */
class RemoteError extends CodedError {
  override readonly name = 'RemoteError';
}

export interface RemoteDispatchOptions {
  readonly agentClient: AgentClient;
  /** Returns the id of the agent instance for calls that have none. */
  readonly sessionInstanceId: () => string;
  /**
   * Reads the current diff of the working copy. Returns null if the diff cannot be read. If the function is
   * absent or null, no diffs are sent.
   */
  readonly readGitDiff?: (() => Promise<string | null>) | null;
  /** Says where the agent runs. If the function is absent or null, only the agent itself says it. */
  readonly readContext?: ReadContext | null;
}

type RunRemotely = (input: never, options: CallOptions) => Promise<object>;
type InputOf<Case extends UseCase> = v.InferOutput<Case['input']>;

/**
 * The dispatch remembers the instances of at most this many questions. It forgets the oldest question first.
 */
const MAX_REMEMBERED_QUESTIONS = 1_000;

/**
 * Creates a `Dispatch` that runs the use cases of agents on a remote server, over REST. It validates the
 * input with the use case's schema before it calls the server. It turns errors of the server into the errors
 * that a use case throws. The `caller` is ignored: the server takes the caller from the client's token.
 */
export function remoteDispatch(options: RemoteDispatchOptions): Dispatch {
  const { agentClient, readContext = null } = options;
  const context = new ChangedContext(readContext);
  const runByUseCase = new Map<string, RunRemotely>([
    [sendAgentMessage.name, sendStepWithDiff(options, context)],
    [askQuestion.name, askAndWait(options, context)],
    [
      withdrawQuestion.name,
      (input: InputOf<typeof withdrawQuestion>, callOptions) =>
        agentClient.withdrawQuestion(input, callOptions),
    ],
    [
      endSession.name,
      (input: InputOf<typeof endSession>, callOptions) => agentClient.endSession(input, callOptions),
    ],
  ]);
  return async <Input extends ObjectSchema, Output extends ObjectSchema>(
    useCase: UseCase<Input, Output>,
    { input, clientGone, idempotencyKey }: Omit<Request, 'caller'>,
  ) => {
    const run = runByUseCase.get(useCase.name);
    if (run === undefined) throw new Error(`The use case ${useCase.name} cannot be run on a remote server`);
    const validInput = checkInput(useCase.input, input);
    try {
      return (await run(validInput as never, {
        ...(clientGone != null && { signal: clientGone }),
        ...(idempotencyKey != null && { idempotencyKey }),
      })) as v.InferOutput<Output>;
    } catch (error) {
      throw error instanceof DashboardError ? toCodedError(error) : error;
    }
  };
}

/**
 * Returns a function that sends a message. The working copy's diff is sent with a step if it has changed
 * since the last step of the instance.
 */
function sendStepWithDiff({ agentClient, readGitDiff }: RemoteDispatchOptions, context: ChangedContext) {
  const lastDiffByInstance = new Map<string, string>();
  return async (input: InputOf<typeof sendAgentMessage>, callOptions: CallOptions) => {
    // A diff in the input is dropped: only the diff of the working copy is sent.
    const { git_diff: _, ...message } = input;
    const diff = input.requires_user_input ? null : ((await readGitDiff?.()) ?? null);
    const isNewDiff = diff !== null && diff !== lastDiffByInstance.get(message.agent_instance_id);
    const output = await context.sendWith(message.agent_instance_id, message.context, (contextField) =>
      agentClient.sendMessage(
        { ...message, ...contextField, ...(isNewDiff && { git_diff: diff }) },
        callOptions,
      ),
    );
    if (isNewDiff) lastDiffByInstance.set(message.agent_instance_id, diff);
    return output;
  };
}

/**
 * Returns a function that asks a question and waits for its answer. REST needs a question's instance as well
 * as its id, so the function remembers the instance of each question.
 */
function askAndWait({ agentClient, sessionInstanceId }: RemoteDispatchOptions, context: ChangedContext) {
  const instanceOfQuestion = new Map<string, string>();
  return async (input: InputOf<typeof askQuestion>, callOptions: CallOptions) => {
    const knownInstance = input.question_id == null ? null : instanceOfQuestion.get(input.question_id);
    const agent_instance_id = input.agent_instance_id ?? knownInstance ?? sessionInstanceId();
    const deadline = new Date(Date.now() + (input.wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    // `sendMessage` sends the question, not `ask`. If the server cannot be reached, `sendMessage` fails soon,
    // but `ask` would go on trying until the deadline.
    const postedQuestion =
      input.question_id == null
        ? await context.sendWith(agent_instance_id, input.context, (contextField) =>
            postQuestion(agentClient, agent_instance_id, { ...input, ...contextField }, callOptions),
          )
        : null;
    const question_id = postedQuestion?.message_id ?? input.question_id!;
    if (instanceOfQuestion.size >= MAX_REMEMBERED_QUESTIONS) {
      instanceOfQuestion.delete(instanceOfQuestion.keys().next().value!);
    }
    instanceOfQuestion.set(question_id, agent_instance_id);

    const result = await agentClient.ask(
      { agent_instance_id, question_id, on_lease: true },
      { ...callOptions, deadline },
    );
    // What the wait has received besides the answer is returned as feedback.
    const received = [...(postedQuestion?.queued_user_messages ?? []), ...result.messages];
    const feedback = new Map(received.map((message) => [message.id, message]));
    if (result.answer !== null) feedback.delete(result.answer.id);
    const outcomes = new Map(
      [...(postedQuestion?.outcomes ?? []), ...result.outcomes].map((each) => [each.question_id, each]),
    );
    outcomes.delete(question_id);
    return {
      answer: result.answer?.content ?? null,
      question_id,
      agent_instance_id,
      status: result.status,
      outcome: result.outcome,
      outcomes: [...outcomes.values()],
      stop_requested: result.stop_requested,
      user_feedback: [...feedback.values()].map(({ content }) => content),
      more: result.more,
      redelivered: result.redelivered || (postedQuestion?.redelivered ?? false),
    };
  };
}

const postQuestion = (
  agentClient: AgentClient,
  agent_instance_id: string,
  { question_text, question_id: _, wait_seconds: __, ...message }: InputOf<typeof askQuestion>,
  callOptions: CallOptions,
) =>
  agentClient.sendMessage(
    { ...message, agent_instance_id, content: question_text!, requires_user_input: true },
    // Without a key of its own, because a client of ours that gave up asks again in a new call. The server
    // recognises both that and our own retries by the text.
    { ...callOptions, idempotencyKey: callOptions.idempotencyKey ?? null },
  );

function toCodedError(error: DashboardError): CodedError {
  const { code, message, errors } = error;
  if (errors.length > 0) return new RequestError(code as RequestError['code'], message, errors);
  return new RemoteError(code, message, null, { cause: error });
}
