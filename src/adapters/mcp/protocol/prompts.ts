import { cutText } from '../../../domain/text/graphemes.ts';
import { INVALID_PARAMS, McpProtocolError } from '../call/mcp-protocol-error.ts';

const PROMPT_NAME = 'work-with-the-dashboard';

/** The result of `prompts/list`: there is one prompt. */
export const PROMPTS = {
  prompts: [
    {
      name: PROMPT_NAME,
      title: 'Work with the dashboard',
      description: 'Explains how to report, ask and be steered through the agent dashboard while you work',
      arguments: [
        { name: 'task', description: 'What to work on', required: false },
        { name: 'agent_instance_id', description: 'The session to continue (a UUID)', required: false },
      ],
    },
  ],
};

/**
 * Returns the prompt's text.
 * @param args the arguments as the client sent them; null if there are none.
 * @throws McpProtocolError for an unknown name, or for an argument that is not a text.
 */
export function getPrompt(name: string, args: unknown): object {
  if (name !== PROMPT_NAME)
    throw new McpProtocolError(INVALID_PARAMS, `Unknown prompt: ${cutText(name, 100)}`);
  if (typeof args !== 'object' || Array.isArray(args)) {
    throw new McpProtocolError(INVALID_PARAMS, `The arguments of ${PROMPT_NAME} must be a JSON object`);
  }
  const { task, agent_instance_id: instanceId } = (args ?? {}) as { [name: string]: unknown };
  for (const [argument, value] of Object.entries({ task, agent_instance_id: instanceId })) {
    if (value != null && typeof value !== 'string') {
      throw new McpProtocolError(INVALID_PARAMS, `The argument ${argument} must be a text`);
    }
  }
  const text = [
    'A person follows your work on a dashboard and may be away from this terminal. While you work:',
    '1. Call log_step before each meaningful step, in one or two sentences that a person can follow.',
    isBlank(instanceId)
      ? '2. Leave agent_instance_id out the first time; use the one you get back in every later call.'
      : `2. Use agent_instance_id ${String(instanceId)} in every call.`,
    '3. Read user_feedback after every call: it comes from that person and overrides your plan.',
    '4. When you need a decision, call ask_question and wait. While the status is "pending", call it again with the',
    '   question_id; ask one thing at a time, with numbered choices between [OPTIONS] and [/OPTIONS].',
    '5. When all work is done, ask whether anything is left to do. Only then call end_session.',
    ...(isBlank(task) ? [] : ['', `The task: ${String(task)}`]),
  ].join('\n');
  return { messages: [{ role: 'user', content: { type: 'text', text } }] };
}

/** Clients send a text field that was left empty as null or as an empty text. */
const isBlank = (value: unknown): boolean => value == null || String(value).trim() === '';
