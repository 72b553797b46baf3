import { EXPORT_PATH } from '../rest/export-route.ts';
import { BASE_PATH } from '../rest/routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { type Operation, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { securityRequirements } from './rest-operations.ts';

/** What the route that streams a user's data says of itself. */
export function exportOperations(): Paths {
  const operation: Operation = {
    operationId: 'export_user_data',
    summary: 'Take everything there is of you away',
    description:
      'Lines of JSON: what it is, then types, instances, messages and keys; the last one counts them.',
    tags: ['People'],
    security: securityRequirements(['dashboard']),
    parameters: [],
    responses: {
      200: {
        description: 'The lines, as they are read',
        headers: REQUEST_ID_HEADER,
        content: { 'application/jsonl': { schema: { type: 'string' } } },
      },
      ...errorResponses([...ERROR_CODES.anyRequest, ...ERROR_CODES.token, ...ERROR_CODES.scope, ...ERROR_CODES.answerType]),
    },
  };
  return { [BASE_PATH + EXPORT_PATH]: { get: operation } };
}
