import { RequestError } from '../../../application/errors.ts';
import { recordAnswer } from '../../../application/use-cases/index.ts';
import type { ElicitationResult } from '../call/elicitation.ts';
import { logFailure } from '../call/log-failure.ts';
import type { McpCall } from '../call/mcp-call.ts';
import { elicitableQuestion, elicitationParams, elicitedAnswer } from './question-elicitation.ts';
import type { Tool, ToolCall } from './tool.ts';
import type { ToolServices } from './tool-services.ts';

/** The argument by which a call asks for this. */
const ELICIT = 'elicit';

/** The key of the only request in `inputRequests`. */
const REQUEST_KEY = 'answer';

/** How far a call has come: its result, what the client has to ask first, or the arguments to go on with. */
export type AskedInPlace =
  | { readonly output: object }
  | { readonly inputRequired: object }
  | { readonly args: object };

interface AskArguments {
  readonly question_text?: unknown;
  readonly wait_seconds?: unknown;
}

/**
 * Whether a call wants the person to be asked in the client, too.
 * @throws RequestError if the argument has another type.
 */
export function wantsElicitation({ definition }: Tool, args: object): boolean {
  if (!Object.hasOwn(definition.inputSchema.properties, ELICIT)) return false;
  const { [ELICIT]: elicit = false } = args as { [ELICIT]?: unknown };
  if (typeof elicit === 'boolean') return elicit;
  const message = 'must be true or false';
  throw new RequestError('invalid_input', `${ELICIT}: ${message}`, [{ path: ELICIT, message }]);
}

/**
 * Asks the person in the client as well as on the page, and the first answer counts. The question is stored
 * before the client is asked. Whatever goes wrong in the client, the question stays open on the page.
 */
export async function askInPlace(
  services: ToolServices,
  tool: Tool,
  call: McpCall,
  toolCall: ToolCall,
): Promise<AskedInPlace> {
  const { elicitation } = call;
  const args = toolCall.args as AskArguments;
  // A continued wait has no text to show. The agent can send the same text again instead.
  if (elicitation === null || typeof args.question_text !== 'string') return { args };
  if (elicitation.by === 'result' && elicitation.repeated !== null) {
    const { state, responses } = elicitation.repeated;
    await record(services, call, { questionId: state, args }, responses[REQUEST_KEY]);
    return { args: waitFor(state, args) };
  }
  const started = await tool.startTask(services.dispatch, toolCall);
  if (started === null || 'output' in started) return started ?? { args };

  const questionId = started.task.taskId;
  const url = services.questionUrl?.(started.agentInstanceId) ?? null;
  const params = elicitationParams(elicitableQuestion(args), elicitation.modes, url);
  const waiting = { ...toolCall, args: waitFor(questionId, args) };
  if (params === null) return { args: waiting.args };
  if (elicitation.by === 'result')
    return {
      inputRequired: {
        resultType: 'input_required',
        inputRequests: { [REQUEST_KEY]: { method: 'elicitation/create', params } },
        requestState: questionId,
      },
    };

  const over = new AbortController();
  const isOnPage = params.mode === 'url';
  try {
    elicitation
      .create(isOnPage ? { ...params, elicitationId: questionId } : params, over.signal)
      .then((result) => record(services, call, { questionId, args }, result))
      // The client cannot ask, or was told that the question is over. It is on the page all the same.
      .catch(() => undefined);
    const output = await tool.run(services.dispatch, waiting);
    if (isOnPage && (output as { status?: unknown }).status !== 'pending') elicitation.complete(questionId);
    return { output };
  } finally {
    over.abort();
  }
}

const waitFor = (question_id: string, { wait_seconds }: AskArguments): object => ({
  question_id,
  ...(wait_seconds !== undefined && { wait_seconds }),
});

/**
 * Records what the client returns as if the person had answered on the page. An answer that comes too late,
 * or does not fit, counts as none: the result of the call says how the question stands.
 */
async function record(
  services: ToolServices,
  call: McpCall,
  { questionId, args }: { readonly questionId: string; readonly args: object },
  result: unknown,
): Promise<void> {
  try {
    const answer = elicitedAnswer(elicitableQuestion(args), (result ?? {}) as ElicitationResult);
    if (answer === null) return;
    const input = {
      question_id: questionId,
      ...(typeof answer === 'string' ? { content: answer } : answer),
      via: viaOf(call),
    };
    await services.dispatch(recordAnswer, { caller: call.caller, clientGone: null, input });
  } catch (error) {
    logFailure(services, call, error);
  }
}

/** The name of the client, behind what no other place of an answer begins with. */
function viaOf({ client }: McpCall): string {
  const name = (client.name ?? '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `mcp-${name}`.slice(0, 30).replace(/-+$/, '');
}
