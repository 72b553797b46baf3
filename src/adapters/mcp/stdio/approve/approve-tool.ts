import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Dispatch } from '../../../../application/dispatch/dispatch.ts';
import { RequestError } from '../../../../application/errors.ts';
import {
  type AgentQuestion,
  ASK_USER_QUESTION,
  agentAnswer,
  parseAgentQuestions,
  personQuestion,
} from '../../../../application/permission/agent-question.ts';
import { parseVerdict, permissionQuestion } from '../../../../application/permission/permission-question.ts';
import { rememberedPermissionStep } from '../../../../application/permission/remembered-permission.ts';
import { sessionGrantFor } from '../../../../application/permission/session-grant.ts';
import { Turns } from '../../../../application/permission/turns.ts';
import { askQuestion } from '../../../../application/use-cases/index.ts';
import { CodedError } from '../../../../domain/errors.ts';
import type { Tool, ToolCall, ToolDefinition } from '../../tools/tool.ts';
import type { StdioSession } from '../stdio-session.ts';
import { PersonQuestions } from './person-questions.ts';

/** The result that agents expect from their permission prompt tool. */
export type Permission =
  | { readonly behavior: 'allow'; readonly updatedInput: object }
  | { readonly behavior: 'deny'; readonly message: string };

/** Without an output schema: Claude Code refuses a permission whose result has `structuredContent`. */
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
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const INPUT = v.object({
  tool_name: v.pipe(v.string(), v.nonEmpty()),
  input: v.custom<object>(isObject, 'must be an object'),
  tool_use_id: v.fallback(v.nullable(v.string()), null),
});
type ApproveInput = v.InferOutput<typeof INPUT>;

/**
 * Creates the tool that asks the person for permission. It remembers what the person allowed for the session,
 * per agent instance, until the process ends. A question that the agent's model asks the person with
 * `AskUserQuestion` is asked as it is, and the permission carries the answer.
 * @param timeoutSeconds how long to wait for the person. After that the tool denies.
 */
export function createApproveTool(session: StdioSession, timeoutSeconds: number): Tool {
  const personQuestions = new PersonQuestions(session, timeoutSeconds);
  const turns = new Turns<Permission>();
  /** The permissions that the person gave for the session, by instance and grant key. */
  const sessionGrants = new Set<string>();

  async function askForPermission(
    dispatch: Dispatch,
    call: ToolCall,
    { tool_name: tool, input, tool_use_id }: ApproveInput,
  ): Promise<Permission> {
    const grant = sessionGrantFor(tool, input);
    const more = { grant, suggestions: [] };
    const grantKey = grant === null ? null : `${session.agentInstanceId} ${grant.grantKey}`;
    const allow: Permission = { behavior: 'allow', updatedInput: input };
    const question = permissionQuestion(tool, input, more);
    return turns.take(`${session.agentInstanceId} ${question.text}`, tool_use_id, async () => {
      if (grant !== null && grantKey !== null && sessionGrants.has(grantKey)) {
        personQuestions.note(dispatch, call, rememberedPermissionStep(tool, input, grant, randomUUID()));
        return allow;
      }
      const reply = await personQuestions.ask(dispatch, call, question);
      if ('noAnswer' in reply) return deny(reply.noAnswer);
      const verdict = parseVerdict(reply.answers[0]!, more);
      if (verdict.kind === 'no') return deny(verdict.reason ?? 'The person said no');
      if (verdict.kind === 'session' && grantKey !== null) sessionGrants.add(grantKey);
      return allow;
    });
  }

  async function askAgentQuestions(
    dispatch: Dispatch,
    call: ToolCall,
    input: object,
    questions: readonly AgentQuestion[],
  ): Promise<Permission> {
    const reply = await personQuestions.ask(dispatch, call, ...questions.map(personQuestion));
    if ('noAnswer' in reply) return deny(reply.noAnswer);
    const answers = questions.map((question, index) => [
      question.question,
      agentAnswer(question, reply.answers[index]!),
    ]);
    return { behavior: 'allow', updatedInput: { ...input, answers: Object.fromEntries(answers) } };
  }

  return {
    definition: DEFINITION,
    useCase: askQuestion,
    isLongRunning: true,
    argumentNames: new Map(),
    startTask: () => null,
    async run(dispatch, call) {
      try {
        const approveInput = parseInput(call.args);
        const { tool_name, input } = approveInput;
        const questions = tool_name === ASK_USER_QUESTION ? parseAgentQuestions(input) : null;
        return questions === null
          ? await askForPermission(dispatch, call, approveInput)
          : await askAgentQuestions(dispatch, call, input, questions);
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
function parseInput(args: object): ApproveInput {
  const result = v.safeParse(INPUT, args);
  if (result.success) return result.output;
  const issues = result.issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }));
  const summary = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new RequestError('invalid_input', summary, issues);
}
