import type * as v from 'valibot';
import { checkInput, type Dispatch } from '../../application/dispatch.ts';
import { RequestError } from '../../application/errors.ts';
import type { ObjectSchema, UseCase } from '../../application/use-case.ts';
import { DEFAULT_WAIT_SECONDS } from '../../application/use-cases/ask-question.ts';
import { askQuestion, endSession, sendAgentMessage } from '../../application/use-cases/index.ts';
import { CodedError } from '../../domain/errors.ts';
import type { AgentSide } from './agent-side.ts';
import type { CallOptions } from './connection.ts';
import { DashboardError } from './errors.ts';

/** The server's refusal, as those that use cases throw themselves. */
class RefusedByServer extends CodedError {
  override readonly name = 'RefusedByServer';
}

export interface RemoteDispatchOptions {
  readonly agent: AgentSide;
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
export function remoteDispatch({ agent, ownInstance, gitDiff }: RemoteDispatchOptions): Dispatch {
  const askedIn = new Map<string, string>();
  /** The diff that an instance was sent last. */
  const sent = new Map<string, string>();

  const runs = new Map<string, Run>([
    [
      sendAgentMessage.name,
      async (input: InputOf<typeof sendAgentMessage>, options) => {
        const { git_diff: _, ...message } = input;
        const { agent_instance_id: instance } = message;
        const diff = (await gitDiff?.()) ?? null;
        const isNews = diff !== null && diff !== sent.get(instance);
        const answer = await agent.sendMessage({ ...message, ...(isNews && { git_diff: diff }) }, options);
        if (isNews) sent.set(instance, diff);
        return answer;
      },
    ],
    [
      askQuestion.name,
      async (input: InputOf<typeof askQuestion>, options) => {
        const { question_text, question_id, agent_type, wait_seconds } = input;
        const named = input.agent_instance_id ?? (question_id == null ? null : askedIn.get(question_id));
        const instance = { agent_instance_id: named ?? ownInstance() };
        const waitMs = (wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000;
        // Asked on its own: whether the server is there should be known before the wait is over.
        const posted =
          question_id == null
            ? await agent.sendMessage(
                { ...instance, content: question_text!, agent_type, requires_user_input: true },
                options,
              )
            : null;
        const result = await agent.ask(
          { ...instance, question_id: posted?.message_id ?? question_id! },
          { ...options, deadline: new Date(Date.now() + waitMs) },
        );
        if (askedIn.size >= QUESTIONS_KEPT) askedIn.delete(askedIn.keys().next().value!);
        askedIn.set(result.question_id, result.agent_instance_id);
        const { status, answer, messages } = result;
        return {
          answer: answer?.content ?? null,
          question_id: result.question_id,
          agent_instance_id: result.agent_instance_id,
          status,
          // The wait hands over whatever is queued: what is not the answer is told here, or it would be lost.
          user_feedback: [...(posted?.queued_user_messages ?? []), ...messages].map(({ content }) => content),
        };
      },
    ],
    [endSession.name, (input: InputOf<typeof endSession>, options) => agent.endSession(input, options)],
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

function refused(error: DashboardError): CodedError {
  const { code, message, errors } = error;
  if (errors.length > 0) return new RequestError(code as RequestError['code'], message, errors);
  return new RefusedByServer(code, message, null, { cause: error });
}
