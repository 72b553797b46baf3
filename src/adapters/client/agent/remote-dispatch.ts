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

/** The server's refusal, as those that use cases throw themselves. */
class RefusedByServer extends CodedError {
  override readonly name = 'RefusedByServer';
}

export interface RemoteDispatchOptions {
  readonly agent: AgentClient;
  /** Of calls that name no agent instance. */
  readonly ownInstance: () => string;
  /** What has changed in the working copy; null: nothing to tell. Absent: nobody looks. */
  readonly gitDiff?: (() => Promise<string | null>) | null;
}

type Run = (input: never, options: CallOptions) => Promise<object>;
type InputOf<Case extends UseCase> = v.InferOutput<Case['input']>;

/** How many questions this knows the instance of. */
const QUESTIONS_KEPT = 1_000;

/**
 * The use cases of agents, run by a server elsewhere. Input is checked here, by the rules it has there, and what
 * the server refuses is thrown as if it had been refused here. The server decides who the caller is.
 */
export function remoteDispatch(options: RemoteDispatchOptions): Dispatch {
  const { agent } = options;
  const runs = new Map<string, Run>([
    [sendAgentMessage.name, stepRun(options)],
    [askQuestion.name, questionRun(options)],
    [endSession.name, (input: InputOf<typeof endSession>, call) => agent.endSession(input, call)],
  ]);
  return async <Input extends ObjectSchema, Output extends ObjectSchema>(
    useCase: UseCase<Input, Output>,
    { input, gone }: { readonly input: object; readonly gone?: AbortSignal | null },
  ) => {
    const run = runs.get(useCase.name);
    if (run === undefined) throw new Error(`${useCase.name} is not for agents elsewhere`);
    const checked = checkInput(useCase.input, input);
    try {
      return (await run(checked as never, gone == null ? {} : { signal: gone })) as v.InferOutput<Output>;
    } catch (error) {
      throw error instanceof DashboardError ? refused(error) : error;
    }
  };
}

/** A step takes the diff along, where it is not the one that its instance was sent last. */
function stepRun({ agent, gitDiff }: RemoteDispatchOptions) {
  const sent = new Map<string, string>();
  return async (input: InputOf<typeof sendAgentMessage>, call: CallOptions) => {
    const { git_diff: _, ...message } = input;
    const diff = (await gitDiff?.()) ?? null;
    const isNews = diff !== null && diff !== sent.get(message.agent_instance_id);
    const answer = await agent.sendMessage({ ...message, ...(isNews && { git_diff: diff }) }, call);
    if (isNews) sent.set(message.agent_instance_id, diff);
    return answer;
  };
}

/** REST finds a question only in its instance: of those that were asked here, that is remembered. */
function questionRun({ agent, ownInstance }: RemoteDispatchOptions) {
  const askedIn = new Map<string, string>();
  return async (input: InputOf<typeof askQuestion>, call: CallOptions) => {
    const known = input.question_id == null ? null : askedIn.get(input.question_id);
    const agent_instance_id = input.agent_instance_id ?? known ?? ownInstance();
    const deadline = new Date(Date.now() + (input.wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000);
    // Asked apart from the wait: that the server is away should be told before the wait is over.
    const posted = input.question_id == null ? await ask(agent, agent_instance_id, input, call) : null;
    const question_id = posted?.message_id ?? input.question_id!;
    if (askedIn.size >= QUESTIONS_KEPT) askedIn.delete(askedIn.keys().next().value!);
    askedIn.set(question_id, agent_instance_id);

    const waited = await agent.ask({ agent_instance_id, question_id }, { ...call, deadline });
    // The wait hands over whatever is queued: what is not the answer is told here, or it would be lost.
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

const ask = (
  agent: AgentClient,
  agent_instance_id: string,
  { question_text, agent_type }: InputOf<typeof askQuestion>,
  call: CallOptions,
) =>
  agent.sendMessage(
    { agent_instance_id, content: question_text!, agent_type, requires_user_input: true },
    call,
  );

function refused(error: DashboardError): CodedError {
  const { code, message, errors } = error;
  if (errors.length > 0) return new RequestError(code as RequestError['code'], message, errors);
  return new RefusedByServer(code, message, null, { cause: error });
}
