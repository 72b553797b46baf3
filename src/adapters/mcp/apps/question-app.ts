import { asksForSecret } from '../../../domain/question/secret.ts';
import { APP_MIME_TYPE } from '../call/client-apps.ts';
import type { QuestionApp } from '../tools/question-app.ts';
import { elicitableQuestion } from '../tools/question-elicitation.ts';
import type { ToolDefinition } from '../tools/tool.ts';
import type { AnswerTokens } from './answer-tokens.ts';
import { APP_PAGE } from './app-page.ts';

export const APP_URI = 'ui://agent-dashboard/question';

/** The key in `_meta` under which the app finds its question. */
const QUESTION_META = 'agent-dashboard/question';

/** Returns the tool with the app that shows its calls. */
export const withApp = (definition: ToolDefinition): ToolDefinition => ({
  ...definition,
  _meta: { ui: { resourceUri: APP_URI, visibility: ['model'] } },
});

/** The app itself, as `resources/read` returns it. It may load nothing and send nothing. */
export const APP_RESOURCE: object = {
  contents: [
    {
      uri: APP_URI,
      mimeType: APP_MIME_TYPE,
      text: APP_PAGE,
      _meta: { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true } },
    },
  ],
};

export function createQuestionApp(
  tokens: AnswerTokens,
  questionUrl: (agentInstanceId: string) => string | null,
): QuestionApp {
  return {
    metaOf({ caller, args, output, mayAnswer }) {
      const { status, question_id, agent_instance_id } = output as { readonly [name: string]: string };
      if (status !== 'pending' || !('question_text' in args)) return undefined;
      const { text, shape } = elicitableQuestion(args);
      const isAnswerable = mayAnswer && shape?.form == null && !asksForSecret(text, shape);
      return {
        [QUESTION_META]: {
          question_id,
          text,
          choice: shape?.choice ?? null,
          url: questionUrl(agent_instance_id!),
          answer_token: isAnswerable ? tokens.tokenOf(caller.userId, question_id!) : null,
        },
      };
    },
  };
}
