import { RequestError } from '../../../application/errors.ts';
import { recordAnswer } from '../../../application/use-cases/index.ts';
import { defineTool, type Tool } from '../tools/tool.ts';
import type { AnswerTokens } from './answer-tokens.ts';

/** Where the person answered, in the outcome of the question. */
const VIA = 'mcp-app';

/** The tool by which the app answers. Clients show it to no model. */
export function createAnswerTool(tokens: AnswerTokens): Tool {
  const tool = defineTool({
    name: 'answer_question',
    title: 'Answer the question',
    description: 'Records what the person chose on the card of a question. Only that card can call it.',
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    useCase: recordAnswer,
    fields: {
      question_id: { inputField: 'question_id', description: 'The id of the question.' },
      content: { inputField: 'content', description: 'The answer as a text.' },
      values: { inputField: 'values', description: 'The values of the chosen options.' },
    },
    ownFields: { answer_token: { schema: { type: 'string' }, description: 'What the card has got.' } },
    defaults: () => ({ via: VIA }),
    output: { content: recordAnswer.output.entries.content },
    result: ({ content }) => ({ content }),
  });
  return {
    ...tool,
    definition: { ...tool.definition, _meta: { ui: { visibility: ['app'] } } },
    run(dispatch, call) {
      const { question_id, answer_token } = call.args as { question_id?: unknown; answer_token?: unknown };
      if (!tokens.isValid(call.caller.userId, String(question_id), answer_token)) throw tokenInvalid();
      return tool.run(dispatch, call);
    },
  };
}

function tokenInvalid(): RequestError {
  const message = 'is not the one of this question. Answer it on the dashboard';
  return new RequestError('invalid_input', `answer_token: ${message}`, [{ path: 'answer_token', message }]);
}
