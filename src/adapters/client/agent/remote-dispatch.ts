import type * as v from 'valibot';
import { checkInput, type Dispatch } from '../../../application/dispatch/dispatch.ts';
import { RequestError } from '../../../application/errors.ts';
import type { ObjectSchema, UseCase } from '../../../application/use-case.ts';
import { DEFAULT_WAIT_SECONDS } from '../../../application/use-cases/agent/ask-question.ts';
import { askQuestion, endSession, sendAgentMessage } from '../../../application/use-cases/index.ts';
import { CodedError } from '../../../domain/errors.ts';
import type { CallOptions } from '../http/connection.ts';
import { DashboardError } from '../http/errors.ts';
import type { AgentClient } from './agent-client.ts';

/** An error of the remote server, in the form in which use cases throw their own. */
class RemoteError extends CodedError {
  override readonly name = 'RemoteError';
}

export interface RemoteDispatchOptions {
  readonly agent: AgentClient;
  /** Returns the agent instance for calls that do not name one. */
  readonly sessionInstanceId: () => string;
  /**
   * Reads the current diff of the working copy. Returns null if it cannot be read. Absent or null: no diffs
   * are sent.
   */
  readonly readGitDiff?: (() => Promise<string | null>) | null;
}

type RunRemotely = (input: never, options: CallOptions) => Promise<object>;
type InputOf<Case extends UseCase> = v.InferOutput<Case['input']>;

/**
 * The dispatch remembers the instances of this many questions. Beyond that it forgets the oldest question.
 */
const MAX_REMEMBERED_QUESTIONS = 1_000;

/**
 * Creates a `Dispatch` that runs the use cases of agents on a remote server, over REST. It validates the
 * input with the use case's schema before it calls the server. It turns errors of the server into the errors
 * that a use case throws. The `caller` is ignored: the server takes the caller from the client's token.
 */
export function remoteDispatch(options: RemoteDispatchOptions): Dispatch {
  const { agent } = options;
  const runByUseCase = new Map<string, RunRemotely>([
    [sendAgentMessage.name, sendStepWithDiff(options)],
    [askQuestion.name, askAndWait(options)],
    [endSession.name, (input: InputOf<typeof endSession>, call) => agent.endSession(input, call)],
  ]);
  return async <Input extends ObjectSchema, Output extends ObjectSchema>(
    useCase: UseCase<Input, Output>,
    { input, clientGone }: { readonly input: object; readonly clientGone?: AbortSignal | null },
  ) => {
    const run = runByUseCase.get(useCase.name);
    if (run === undefined) throw new Error(`The use case ${useCase.name} cannot be run on a remote server`);
    const validInput = checkInput(useCase.input, input);
    try {
      return (await run(
        validInput as never,
        clientGone == null ? {} : { signal: clientGone },
      )) as v.InferOutput<Output>;
    } catch (error) {
      throw error instanceof DashboardError ? toCodedError(error) : error;
    }
  };
}

/**
 * Returns a function that sends a step. The diff is sent too if it has changed since the instance's last
 * step.
 */
function sendStepWithDiff({ agent, readGitDiff }: RemoteDispatchOptions) {
  const lastDiffs = new Map<string, string>();
  return async (input: InputOf<typeof sendAgentMessage>, call: CallOptions) => {
    const { git_diff: _, ...message } = input;
    const diff = (await readGitDiff?.()) ?? null;
    const isNewDiff = diff !== null && diff !== lastDiffs.get(message.agent_instance_id);
    const output = await agent.sendMessage({ ...message, ...(isNewDiff && { git_diff: diff }) }, call);
    if (isNewDiff) lastDiffs.set(message.agent_instance_id, diff);
    return output;
  };
}

/**
 * Returns a function that asks a question and waits for its answer. REST needs a question's instance as well
 * as its id, so the function remembers the instance of each question.
 */
function askAndWait({ agent, sessionInstanceId }: RemoteDispatchOptions) {
  const instanceOfQuestion = new Map<string, string>();
  return async (input: InputOf<typeof askQuestion>, call: CallOptions) => {
    const knownInstance = input.question_id == null ? null : instanceOfQuestion.get(input.question_id);
    const agent_instance_id = input.agent_instance_id ?? knownInstance ?? sessionInstanceId();
    const deadline = new Date(Date.now() + (input.wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    // The question is posted before the wait starts: if the server cannot be reached, this fails soon, and a
    // wait would fail only at the deadline.
    const posted =
      input.question_id == null ? await postQuestion(agent, agent_instance_id, input, call) : null;
    const question_id = posted?.message_id ?? input.question_id!;
    if (instanceOfQuestion.size >= MAX_REMEMBERED_QUESTIONS) {
      instanceOfQuestion.delete(instanceOfQuestion.keys().next().value!);
    }
    instanceOfQuestion.set(question_id, agent_instance_id);

    const result = await agent.ask({ agent_instance_id, question_id }, { ...call, deadline });
    // The wait hands over all queued messages. Those that are not the answer are returned as feedback,
    // because the server hands them over only once.
    const feedback = [...(posted?.queued_user_messages ?? []), ...result.messages];
    return {
      answer: result.answer?.content ?? null,
      question_id,
      agent_instance_id,
      status: result.status,
      user_feedback: feedback.map(({ content }) => content),
    };
  };
}

const postQuestion = (
  agent: AgentClient,
  agent_instance_id: string,
  { question_text, agent_type }: InputOf<typeof askQuestion>,
  call: CallOptions,
) =>
  agent.sendMessage(
    { agent_instance_id, content: question_text!, agent_type, requires_user_input: true },
    call,
  );

function toCodedError(error: DashboardError): CodedError {
  const { code, message, errors } = error;
  if (errors.length > 0) return new RequestError(code as RequestError['code'], message, errors);
  return new RemoteError(code, message, null, { cause: error });
}
