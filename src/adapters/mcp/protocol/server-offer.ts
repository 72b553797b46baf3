// What the server says about itself in its first answer. This file imports nothing, so it is loaded at once.

export const INSTRUCTIONS = [
  'A person follows and steers your work through this server.',
  'Log each meaningful step with log_step, follow what comes back in user_feedback, ask with ask_question',
  'when you need a decision, and end with end_session once the person agrees that the work is done.',
].join(' ');

/** The capabilities of a server without resources. */
export const TOOL_CAPABILITIES: {
  readonly tools: Record<string, never>;
  readonly prompts: Record<string, never>;
} = { tools: {}, prompts: {} };
