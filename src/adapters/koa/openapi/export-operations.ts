import { EXPORT_PATH } from '../rest/export-route.ts';
import { BASE_PATH } from '../rest/route.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { type Operation, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { securityRequirements } from './rest-operations.ts';

/** Describes the route that exports a user's data. */
export function exportOperations(): Paths {
  const operation: Operation = {
    operationId: 'export_user_data',
    summary: 'Export all of your data',
    description:
      'Lines of JSON: a header, then agent types, instances, messages and keys; the last line counts them.',
    tags: ['People'],
    security: securityRequirements(['dashboard']),
    parameters: [],
    responses: {
      200: {
        description: 'The lines, sent as they are read from the database',
        headers: REQUEST_ID_HEADER,
        content: { 'application/jsonl': { schema: { type: 'string' } } },
      },
      ...errorResponses([
        ...ERROR_CODES.anyRequest,
        ...ERROR_CODES.token,
        ...ERROR_CODES.scope,
        ...ERROR_CODES.responseType,
      ]),
    },
  };
  return { [BASE_PATH + EXPORT_PATH]: { get: operation } };
}
