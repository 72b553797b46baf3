import { type ModelReply, sendEvents, type WireFormat } from './wire-format.ts';

interface ResponsesRequest {
  readonly tools?: readonly { readonly name?: string }[];
  readonly input: readonly unknown[];
}

const SHELL = 'exec_command';

/** OpenAI's Responses API, as Codex uses it. Out of the sandbox, its shell needs a permission. */
export const RESPONSES: WireFormat = {
  asksModel: (path) => path.endsWith('/responses'),
  offersShell: (body) => (body as ResponsesRequest).tools?.some(({ name }) => name === SHELL) ?? false,
  newest: (body) => (body as ResponsesRequest).input.at(-1),
  answer(res, _body, reply) {
    const response = { id: 'resp_1', usage: USAGE };
    const events = [
      { type: 'response.created', response: { id: response.id } },
      { type: 'response.output_item.done', output_index: 0, item: itemOf(reply) },
      { type: 'response.completed', response },
    ];
    sendEvents(
      res,
      events.map((data) => ({ name: data.type, data })),
    );
  },
};

const USAGE = {
  input_tokens: 1,
  input_tokens_details: null,
  output_tokens: 1,
  output_tokens_details: null,
  total_tokens: 2,
};

function itemOf(reply: ModelReply): object {
  if (reply.kind === 'say') {
    const content = [{ type: 'output_text', text: reply.text }];
    return { type: 'message', id: 'msg_1', role: 'assistant', content };
  }
  const input = { cmd: reply.command, sandbox_permissions: 'require_escalated', justification: 'The script' };
  return {
    type: 'function_call',
    id: `fc_${reply.id}`,
    call_id: `call_${reply.id}`,
    name: SHELL,
    arguments: JSON.stringify(input),
  };
}
