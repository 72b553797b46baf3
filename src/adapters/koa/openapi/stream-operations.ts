import type { JsonSchema } from '@valibot/to-json-schema';
import * as field from '../../../application/wire/fields.ts';
import { BASE_PATH } from '../rest/route.ts';
import { STREAM_ROUTES } from '../rest/stream-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { type Operation, type Parameter, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { openApiPath, securityRequirements } from './rest-operations.ts';
import { jsonSchemaOf } from './schemas.ts';

const lastEventId = (form: RegExp): Parameter => ({
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that you received; the stream continues after it',
  // An empty header counts as absent.
  schema: { type: 'string', pattern: `^$|${form.source}` },
});

const STREAM_DESCRIPTION = [
  'Server-Sent Events: `connected`, `message`, `message_update`, `delivery_update`, `status_update`,',
  '`git_diff_update`, `agent_heartbeat`, `heartbeat`, and `resync` when missed events cannot be sent and you have to read again.',
  'Each has an id and a JSON object as its data.',
].join(' ');

/** OpenAPI 3.1 has no other place for the events of a stream. */
const eventOf = (eventId: RegExp): JsonSchema => ({
  description: 'One event of the stream',
  type: 'object',
  properties: {
    id: { type: 'string', pattern: eventId.source },
    event: { type: 'string' },
    data: { type: 'string', contentMediaType: 'application/json' },
  },
  required: ['id', 'event', 'data'],
});

/** Describes the routes that send live events. */
export function streamOperations(): Paths {
  return Object.fromEntries(
    STREAM_ROUTES.map(({ path, operationId, summary, eventId }) => {
      const parameters: Parameter[] = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({
        name: parameter!,
        in: 'path',
        required: true,
        schema: jsonSchemaOf(field.id),
      }));
      const isForOneInstance = parameters.length > 0;
      const operation: Operation = {
        operationId,
        summary,
        description: STREAM_DESCRIPTION,
        tags: ['People'],
        security: securityRequirements(['dashboard']),
        parameters: [...parameters, lastEventId(eventId)],
        responses: {
          200: {
            description: 'The stream; it ends when its token ends',
            headers: REQUEST_ID_HEADER,
            content: { 'text/event-stream': { schema: eventOf(eventId) } },
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
