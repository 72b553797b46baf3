import { type ModelReply, sendEvents, type WireFormat } from './wire-format.ts';

interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function?: { readonly name: string } }[];
  readonly messages: readonly unknown[];
}

const SHELL = 'bash';

/** OpenAI's Chat Completions API, as OpenCode and Copilot CLI use it. */
export const CHAT_COMPLETIONS: WireFormat = {
  asksModel: (path) => path.endsWith('/chat/completions'),
  offersShell: (body) => (body as ChatRequest).tools?.some((tool) => tool.function?.name === SHELL) ?? false,
  newest: (body) => (body as ChatRequest).messages.at(-1),
  others: { '/models': { object: 'list', data: [{ id: 'stand-in', object: 'model' }] } },
  answer(res, body, reply) {
    const { model, stream = false } = body as ChatRequest;
    const common = { id: 'chat_1', created: 1, model };
    const finish_reason = reply.kind === 'run' ? 'tool_calls' : 'stop';
    if (!stream) {
      const choices = [{ index: 0, message: { role: 'assistant', ...messageOf(reply) }, finish_reason }];
      const completion = { ...common, object: 'chat.completion', choices, usage: USAGE };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
      return;
    }
    const chunk = (delta: object, reason: string | null) => ({
      data: {
        ...common,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: reason }],
        ...(reason !== null && { usage: USAGE }),
      },
    });
    sendEvents(res, [
      chunk({ role: 'assistant', ...messageOf(reply) }, null),
      chunk({}, finish_reason),
      { data: '[DONE]' },
    ]);
  },
};

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function messageOf(reply: ModelReply): object {
  if (reply.kind === 'say') return { content: reply.text };
  const input = { command: reply.command, description: 'The script' };
  const call = { name: SHELL, arguments: JSON.stringify(input) };
  return {
    content: null,
    tool_calls: [{ index: 0, id: `call_${reply.id}`, type: 'function', function: call }],
  };
}
