import { givenContext } from '../../../application/wire/agent-context.ts';
import {
  CONTEXT_HEADER,
  HOOK_PATH,
  HOOK_SCOPES,
  type HookReceiver,
  MAX_EVENT_BYTES,
  MAX_TIMEOUT_SECONDS,
  STEP_CHOICES,
} from '../rest/hook-route.ts';
import { BASE_PATH } from '../rest/route.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { jsonContent, type Operation, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { openApiPath, securityRequirements } from './rest-operations.ts';
import { jsonSchemaOf } from './schemas.ts';

/** Describes the route that takes events of coding agents. */
export function hookOperations(agents: HookReceiver['agents']): Paths {
  const operation: Operation = {
    operationId: 'receive_hook_event',
    summary: 'Take an event of a coding agent as it sends it, and answer as it expects',
    description:
      'For a permission or a question the call stays open until the person has decided, or as long as the agent waits. ' +
      'The answer is `{}` where there is nothing to say, also to unknown events.',
    tags: ['Agents'],
    security: securityRequirements(HOOK_SCOPES),
    parameters: [
      { name: 'agent', in: 'path', required: true, schema: { type: 'string', enum: [...agents] } },
      {
        name: 'steps',
        in: 'query',
        required: false,
        description: 'Which uses of tools become steps. Default: all',
        schema: { type: 'string', enum: [...STEP_CHOICES] },
      },
      {
        name: 'timeout',
        in: 'query',
        required: false,
        description:
          'After how many seconds the agent gives up this hook. Default: as the agent does by itself',
        schema: { type: 'integer', minimum: 1, maximum: MAX_TIMEOUT_SECONDS },
      },
      {
        name: 'stay',
        in: 'query',
        required: false,
        description: 'Whether the end of a turn waits for what the person writes next. Default: false',
        schema: { type: 'boolean' },
      },
      {
        name: CONTEXT_HEADER,
        in: 'header',
        required: false,
        description: 'Where the agent runs, as JSON. What the event itself says is known without it',
        content: jsonContent(jsonSchemaOf(givenContext)),
      },
    ],
    requestBody: {
      required: true,
      description: `The event. At most ${MAX_EVENT_BYTES.toLocaleString('en-US')} bytes`,
      content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
    },
    responses: {
      200: {
        description: 'What the agent should do, in its own form',
        headers: REQUEST_ID_HEADER,
        content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
      },
      ...errorResponses([
        ...ERROR_CODES.anyRequest,
        ...ERROR_CODES.token,
        ...ERROR_CODES.storage,
        ...ERROR_CODES.cookie,
        ...ERROR_CODES.scope,
        ...ERROR_CODES.body,
        'invalid_input',
        'not_found',
      ]),
    },
  };
  return { [BASE_PATH + openApiPath(HOOK_PATH)]: { post: operation } };
}
