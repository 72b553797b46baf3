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
  /** Returns the agent instance of calls that name none. */
  readonly sessionInstanceId: () => string;
  /** Reads the present diff of the working copy; null if there is none to send. Absent: no diffs are sent. */
  readonly readGitDiff?: (() => Promise<string | null>) | null;
}

type RunRemotely = (input: never, options: CallOptions) => Promise<object>;
type InputOf<Case extends UseCase> = v.InferOutput<Case['input']>;

/** How many questions the dispatch remembers the instance of. The oldest is forgotten first. */
const MAX_REMEMBERED_QUESTIONS = 1_000;

/**
 * Creates a `Dispatch` that runs the use cases of agents on a remote server, over REST. It checks the input
 * by the server's own rules before it calls the server. Errors of the server are thrown as a use case would
 * throw them. The server takes the caller from the client's token.
 */
export function remoteDispatch(options: RemoteDispatchOptions): Dispatch {
  const { agent } = options;
  const remoteUseCases = new Map<string, RunRemotely>([
    [sendAgentMessage.name, sendStepWithDiff(options)],
    [askQuestion.name, askAndWait(options)],
    [endSession.name, (input: InputOf<typeof endSession>, call) => agent.endSession(input, call)],
  ]);
  return async <Input extends ObjectSchema, Output extends ObjectSchema>(
    useCase: UseCase<Input, Output>,
    { input, clientGone }: { readonly input: object; readonly clientGone?: AbortSignal | null },
  ) => {
    const run = remoteUseCases.get(useCase.name);
    if (run === undefined) throw new Error(`The use case ${useCase.name} cannot be run on a remote server`);
    const checked = checkInput(useCase.input, input);
    try {
      return (await run(
        checked as never,
        clientGone == null ? {} : { signal: clientGone },
      )) as v.InferOutput<Output>;
    } catch (error) {
      throw error instanceof DashboardError ? toCodedError(error) : error;
    }
  };
}

/** Sends a step with the diff, unless the diff is the one that this instance sent last. */
function sendStepWithDiff({ agent, readGitDiff }: RemoteDispatchOptions) {
  const lastDiffs = new Map<string, string>();
  return async (input: InputOf<typeof sendAgentMessage>, call: CallOptions) => {
    const { git_diff: _, ...message } = input;
    const diff = (await readGitDiff?.()) ?? null;
    const isNewDiff = diff !== null && diff !== lastDiffs.get(message.agent_instance_id);
    const answer = await agent.sendMessage({ ...message, ...(isNewDiff && { git_diff: diff }) }, call);
    if (isNewDiff) lastDiffs.set(message.agent_instance_id, diff);
    return answer;
  };
}

/**
 * Asks and waits. REST needs a question's instance as well as its id, so the instance of each question that
 * was asked here is remembered.
 */
function askAndWait({ agent, sessionInstanceId }: RemoteDispatchOptions) {
  const instanceOfQuestion = new Map<string, string>();
  return async (input: InputOf<typeof askQuestion>, call: CallOptions) => {
    const knownInstance = input.question_id == null ? null : instanceOfQuestion.get(input.question_id);
    const agent_instance_id = input.agent_instance_id ?? knownInstance ?? sessionInstanceId();
    const deadline = new Date(Date.now() + (input.wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    // Posted separately from the wait: without a server this fails soon and not only at the deadline.
    const posted =
      input.question_id == null ? await postQuestion(agent, agent_instance_id, input, call) : null;
    const question_id = posted?.message_id ?? input.question_id!;
    if (instanceOfQuestion.size >= MAX_REMEMBERED_QUESTIONS) {
      instanceOfQuestion.delete(instanceOfQuestion.keys().next().value!);
    }
    instanceOfQuestion.set(question_id, agent_instance_id);

    const waited = await agent.ask({ agent_instance_id, question_id }, { ...call, deadline });
    // The wait hands over everything that is queued. What is not the answer would be lost if not returned
    // here.
    const feedback = [...(posted?.queued_user_messages ?? []), ...waited.messages];
    return {
      answer: waited.answer?.content ?? null,
      question_id,
      agent_instance_id,
      status: waited.status,
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
