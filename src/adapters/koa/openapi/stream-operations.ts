import { BASE_PATH } from '../rest/route.ts';
import { STREAM_ROUTES } from '../rest/stream-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { type Operation, type Parameter, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { openApiPath, securityRequirements } from './rest-operations.ts';

const LAST_EVENT_ID: Parameter = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that you received; the stream continues after it',
  schema: { type: 'string' },
};

const STREAM_DESCRIPTION = [
  'Server-Sent Events: `connected`, `message`, `message_update`, `status_update`, `git_diff_update`,',
  '`agent_heartbeat`, `heartbeat`, and `resync` when missed events cannot be sent and you have to read again.',
  'Each has an id and a JSON object as its data.',
].join(' ');

/** Describes the routes that send live events. */
export function streamOperations(): Paths {
  return Object.fromEntries(
    STREAM_ROUTES.map(({ path, operationId, summary }) => {
      const parameters: Parameter[] = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({
        name: parameter!,
        in: 'path',
        required: true,
        schema: { type: 'string', description: 'UUID' },
      }));
      const isForOneInstance = parameters.length > 0;
      const operation: Operation = {
        operationId,
        summary,
        description: STREAM_DESCRIPTION,
        tags: ['People'],
        security: securityRequirements(['dashboard']),
        parameters: [...parameters, LAST_EVENT_ID],
        responses: {
          200: {
            description: 'The stream; it ends when its token ends',
            headers: REQUEST_ID_HEADER,
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          ...errorResponses([
            ...ERROR_CODES.anyRequest,
            ...ERROR_CODES.token,
            ...ERROR_CODES.scope,
            ...ERROR_CODES.responseType,
            'invalid_last_event_id',
            ...(isForOneInstance ? (['invalid_id', 'agent_instance_not_found'] as const) : []),
          ]),
        },
      };
      return [BASE_PATH + openApiPath(path), { get: operation }];
    }),
  );
}
