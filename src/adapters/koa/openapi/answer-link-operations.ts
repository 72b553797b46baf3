import {
  ANSWER_LINK_PATH,
  linkAnswer,
  linkAnswered,
  linkedQuestion,
  MAX_ANSWER_BYTES,
} from '../rest/answer-link-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { bodyLimits } from './json-value.ts';
import { jsonContent, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { openApiPath } from './rest-operations.ts';
import { jsonSchemaOf } from './schemas.ts';

const TOKEN = {
  name: 'token',
  in: 'path',
  required: true,
  description: 'The token of the link',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,200}$' },
} as const;

const LINK_CODES = ['answer_link_expired', 'answer_link_not_found', 'question_not_found'] as const;
const headers = REQUEST_ID_HEADER;

/** Describes the routes of the links in notifications. */
export const answerLinkOperations = (): Paths => ({
  [openApiPath(ANSWER_LINK_PATH)]: {
    get: {
      operationId: 'read_answer_link',
      summary: 'Read the question of a link in a notification. Answers nothing',
      tags: ['People'],
      security: [],
      parameters: [TOKEN],
      responses: {
        200: { description: 'OK', headers, content: jsonContent(jsonSchemaOf(linkedQuestion)) },
        ...errorResponses([...ERROR_CODES.anyRequest, ...ERROR_CODES.storage, ...LINK_CODES]),
      },
    },
    post: {
      operationId: 'use_answer_link',
      summary: 'Answer the question of a link in a notification, once',
      tags: ['People'],
      security: [],
      parameters: [TOKEN],
      requestBody: {
        required: false,
        description: `Empty if the link is for one answer. ${bodyLimits(MAX_ANSWER_BYTES)}`,
        content: jsonContent(jsonSchemaOf(linkAnswer)),
      },
      responses: {
        200: { description: 'Answered', headers, content: jsonContent(jsonSchemaOf(linkAnswered)) },
        ...errorResponses([
          ...ERROR_CODES.anyRequest,
          ...ERROR_CODES.storage,
          ...ERROR_CODES.body,
          ...ERROR_CODES.input,
          ...LINK_CODES,
          ...(['already_answered', 'answer_does_not_fit', 'answer_missing', 'question_over'] as const),
        ]),
      },
    },
  },
});
