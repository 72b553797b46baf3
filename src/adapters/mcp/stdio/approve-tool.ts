import * as v from 'valibot';
import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import { RequestError } from '../../../application/errors.ts';
import { askQuestion } from '../../../application/use-cases/index.ts';
import { isValidContent } from '../../../domain/conversation/message.ts';
import type { Tool, ToolDefinition, ToolRun } from '../tools/tool.ts';
import { isRefusal } from '../tools/tool-result.ts';
import { permissionQuestion, verdictOf } from './permission-question.ts';
import { permissionScope } from './permission-scope.ts';
import type { StdioSession } from './stdio-session.ts';

/** What agents that ask before they act expect. */
export type Permission =
  | { readonly behavior: 'allow'; readonly updatedInput: object }
  | { readonly behavior: 'deny'; readonly message: string };

const DEFINITION: ToolDefinition = {
  name: 'approve',
  title: 'Ask for permission',
  description: [
    'Asks the person whether a tool may be used, and waits for the decision.',
    'It is for agent programs that ask before they act (a permission prompt tool); a model need not call it.',
    'The person may say yes, yes for the rest of the session, or no, with a reason.',
  ].join(' '),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  inputSchema: {
    type: 'object',
    properties: {
      tool_name: { type: 'string', description: 'The tool that is to be used.' },
      input: { type: 'object', description: 'What the tool is to be given.' },
      tool_use_id: { type: 'string', description: 'The id of this use of the tool.' },
    },
    required: ['tool_name', 'input'],
  },
  outputSchema: {
    type: 'object',
    properties: {
      behavior: { type: 'string', enum: ['allow', 'deny'] },
      updatedInput: { type: 'object', description: 'With allow: the input, as it was.' },
      message: { type: 'string', description: 'With deny: why.' },
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
 * The tool that asks the person for permission. What was allowed for the session is remembered here, for as long
 * as the process and its agent instance last.
 * @param timeoutSeconds how long to wait for the person; then the answer is no.
 */
export function approveTool(session: StdioSession, timeoutSeconds: number): Tool {
  const allowed = new Set<string>();
  /** Questions that nobody answered in time, by what they ask: an answer since then counts. */
  const unanswered = new Map<string, string>();

  async function decide(dispatch: Dispatch, { caller, args, context, gone }: ToolRun): Promise<Permission> {
    const { tool_name: tool, input } = parsed(args);
    const instance = session.agentInstanceId;
    const scope = permissionScope(tool, input);
    const remembered = scope === null ? null : `${instance} ${scope.key}`;
    const allow: Permission = { behavior: 'allow', updatedInput: input };
    if (remembered !== null && allowed.has(remembered)) return allow;

    const text = permissionQuestion(tool, input, scope);
    if (!isValidContent(text))
      return deny('This input is too long to be shown to the person who would allow it');
    const asked = `${instance} ${text}`;
    const before = unanswered.get(asked);
    const result = await dispatch(askQuestion, {
      caller,
      gone,
      input: {
        ...(before === undefined ? { question_text: text } : { question_id: before }),
        agent_instance_id: instance,
        agent_type: context.agentType,
        wait_seconds: timeoutSeconds,
      },
    });
    session.keep(result.user_feedback);
    unanswered.delete(asked);
    if (result.status === 'closed') return deny('The session has been ended: stop');
    if (result.answer === null) {
      unanswered.set(asked, result.question_id);
      return deny(`Nobody answered within ${timeoutSeconds} seconds. Go on without it, or ask again later`);
    }
    const verdict = verdictOf(result.answer, scope);
    if (verdict.kind === 'no') return deny(verdict.reason ?? 'The person said no');
    if (verdict.kind === 'session' && remembered !== null) allowed.add(remembered);
    return allow;
  }

  return {
    definition: DEFINITION,
    useCase: askQuestion,
    mayWait: true,
    renamed: new Map(),
    async run(dispatch, call) {
      try {
        return await decide(dispatch, call);
      } catch (error) {
        // Whoever cannot be asked has not said yes.
        if (isRefusal(error) && !(error instanceof RequestError)) return deny(error.message);
        throw error;
      }
    },
  };
}

const deny = (message: string): Permission => ({ behavior: 'deny', message });

/** Not by the rules for what is stored: the input belongs to another tool, and goes back as it came. */
function parsed(args: object): v.InferOutput<typeof INPUT> {
  const result = v.safeParse(INPUT, args);
  if (result.success) return result.output;
  const issues = result.issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message }));
  const summary = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new RequestError('invalid_input', summary, issues);
}
