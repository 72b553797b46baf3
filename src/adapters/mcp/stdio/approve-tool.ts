import * as v from 'valibot';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import { RequestError } from '../../../application/errors.ts';
import { askQuestion } from '../../../application/use-cases/index.ts';
import { isValidContent } from '../../../domain/conversation/message.ts';
import { CodedError } from '../../../domain/errors.ts';
import type { Tool, ToolCall, ToolDefinition } from '../tools/tool.ts';
import { parseVerdict, permissionQuestion } from './permission-question.ts';
import { sessionGrantFor } from './session-grant.ts';
import type { StdioSession } from './stdio-session.ts';

/** The result that agents expect from their permission prompt tool. */
export type Permission =
  | { readonly behavior: 'allow'; readonly updatedInput: object }
  | { readonly behavior: 'deny'; readonly message: string };

const DEFINITION: ToolDefinition = {
  name: 'approve',
  title: 'Ask for permission',
  description: [
    'Asks the person whether a tool may be used, and waits for the decision.',
    'It is for agent programs that ask before they act (a permission prompt tool). A model need not call it.',
    'The person can answer yes, yes for the rest of the session, or no with a reason.',
  ].join(' '),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  inputSchema: {
    type: 'object',
    properties: {
      tool_name: { type: 'string', description: 'The name of the tool to use.' },
      input: { type: 'object', description: 'The input for that tool.' },
      tool_use_id: { type: 'string', description: 'The id of this use of the tool.' },
    },
    required: ['tool_name', 'input'],
  },
  outputSchema: {
    type: 'object',
    properties: {
      behavior: { type: 'string', enum: ['allow', 'deny'] },
      updatedInput: { type: 'object', description: 'With allow: the input, unchanged.' },
      message: { type: 'string', description: 'With deny: the reason.' },
    },
    required: ['behavior'],
  },
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const INPUT = v.object({
  tool_name: v.pipe(v.string(), v.nonEmpty()),
  input: v.custom<object>(isObject, 'must be an object'),
});

/**
 * Creates the tool that asks the person for permission. It remembers what the person allowed for the session,
 * per agent instance, until the process ends.
 * @param timeoutSeconds how long to wait for the person. After that the tool denies.
 */
export function createApproveTool(session: StdioSession, timeoutSeconds: number): Tool {
  /** The permissions that the person gave for the session, by instance and grant key. */
  const sessionGrants = new Set<string>();
  /**
   * The ids of questions that timed out, by instance and text. If the agent asks again, a late answer counts.
   */
  const timedOutQuestions = new Map<string, string>();

  async function askPerson(
    dispatch: Dispatch,
    { caller, args, defaults, signal }: ToolCall,
  ): Promise<Permission> {
    const { tool_name: tool, input } = parseInput(args);
    const instance = session.agentInstanceId;
    const grant = sessionGrantFor(tool, input);
    const grantKey = grant === null ? null : `${instance} ${grant.grantKey}`;
    const allow: Permission = { behavior: 'allow', updatedInput: input };
    if (grantKey !== null && sessionGrants.has(grantKey)) return allow;

    const text = permissionQuestion(tool, input, grant);
    if (!isValidContent(text)) return deny('The input is too long to be shown to the person');
    const questionKey = `${instance} ${text}`;
    const earlierQuestionId = timedOutQuestions.get(questionKey);
    const result = await dispatch(askQuestion, {
      caller,
      clientGone: signal,
      input: {
        ...(earlierQuestionId === undefined ? { question_text: text } : { question_id: earlierQuestionId }),
        agent_instance_id: instance,
        agent_type: defaults.agentType,
        wait_seconds: timeoutSeconds,
      },
    });
    session.keepFeedback(result.user_feedback);
    timedOutQuestions.delete(questionKey);
    if (result.status === 'closed') return deny('The session was ended: stop');
    if (result.answer === null) {
      timedOutQuestions.set(questionKey, result.question_id);
      return deny(
        `The person did not answer within ${timeoutSeconds} seconds. Continue without using this tool, or ask again later`,
      );
    }
    const verdict = parseVerdict(result.answer, grant);
    if (verdict.kind === 'no') return deny(verdict.reason ?? 'The person said no');
    if (verdict.kind === 'session' && grantKey !== null) sessionGrants.add(grantKey);
    return allow;
  }

  return {
    definition: DEFINITION,
    useCase: askQuestion,
    isLongRunning: true,
    argumentNames: new Map(),
    async run(dispatch, call) {
      try {
        return await askPerson(dispatch, call);
      } catch (error) {
        // If the person cannot be asked, the permission is denied. A RequestError means wrong arguments.
        if (error instanceof CodedError && !(error instanceof RequestError)) return deny(error.message);
        throw error;
      }
    },
  };
}

const deny = (message: string): Permission => ({ behavior: 'deny', message });

/**
 * Checks only the shape of the arguments. The rules for stored text do not apply, because the input belongs
 * to another tool and is returned unchanged.
 * @throws RequestError `invalid_input` if the shape is wrong.
 */
function parseInput(args: object): v.InferOutput<typeof INPUT> {
  const result = v.safeParse(INPUT, args);
  if (result.success) return result.output;
  const issues = result.issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }));
  const summary = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new RequestError('invalid_input', summary, issues);
}
