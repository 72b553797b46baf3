import { type ModelReply, sendEvents, type WireFormat } from './wire-format.ts';

interface GeminiRequest {
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[] }[];
  readonly contents: readonly unknown[];
}

const SHELL = 'run_shell_command';

/** The API of Gemini, as Gemini CLI uses it. */
export const GEMINI_API: WireFormat = {
  asksModel: (path) => /:(?:stream)?generateContent$/i.test(path),
  offersShell: (body) =>
    (body as GeminiRequest).tools?.some(({ functionDeclarations }) =>
      functionDeclarations?.some(({ name }) => name === SHELL),
    ) ?? false,
  newest: (body) => (body as GeminiRequest).contents.at(-1),
  others: { ':countTokens': { totalTokens: 1 } },
  answer(res, _body, reply) {
    const candidates = [
      { index: 0, content: { role: 'model', parts: [partOf(reply)] }, finishReason: 'STOP' },
    ];
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
    const answer = { candidates, usageMetadata };
    if (/:stream/.test(res.req.url ?? '')) return sendEvents(res, [{ data: answer }]);
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  },
};

function partOf(reply: ModelReply): object {
  if (reply.kind === 'say') return { text: reply.text };
  return { functionCall: { name: SHELL, args: { command: reply.command, description: 'The script' } } };
}
