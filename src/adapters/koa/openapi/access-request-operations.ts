import {
  ACCESS_REQUEST_PATH,
  accessDecided,
  accessDecision,
  accessRequest,
  DEVICE_CODE_PATH,
  MAX_DECISION_BYTES,
} from '../rest/sign-in/access-request-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { anyFields, bodyLimits } from './json-value.ts';
import { jsonContent, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { openApiPath, securityRequirements } from './rest-operations.ts';
import { jsonSchemaOf } from './schemas.ts';

const headers = REQUEST_ID_HEADER;

const CODES = [
  ...ERROR_CODES.anyRequest,
  ...ERROR_CODES.token,
  ...ERROR_CODES.scope,
  ...ERROR_CODES.cookie,
  ...ERROR_CODES.storage,
  'access_request_not_found',
] as const;

const operations = (
  name: string,
  subject: string,
  parameter: { readonly name: string; readonly description: string },
): Paths[string] => {
  const common = {
    tags: ['People'],
    security: securityRequirements(['dashboard']),
    parameters: [
      {
        ...parameter,
        in: 'path',
        required: true,
        schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{8,64}$' },
      },
    ],
  } as const;
  return {
    get: {
      operationId: `read_${name}`,
      summary: `Read what ${subject} asks for over OAuth`,
      ...common,
      responses: {
        200: { description: 'OK', headers, content: jsonContent(jsonSchemaOf(accessRequest)) },
        ...errorResponses(CODES),
      },
    },
    post: {
      operationId: `decide_${name}`,
      summary: `Decide whether ${subject} gets access`,
      ...common,
      requestBody: {
        required: true,
        description: bodyLimits(MAX_DECISION_BYTES),
        content: jsonContent({ ...jsonSchemaOf(accessDecision), ...anyFields() }),
      },
      responses: {
        200: { description: 'Decided', headers, content: jsonContent(jsonSchemaOf(accessDecided)) },
        ...errorResponses([...CODES, ...ERROR_CODES.body, ...ERROR_CODES.input]),
      },
    },
  };
};

/** Describes the routes where people decide which programs get tokens over OAuth. */
export const accessRequestOperations = (): Paths => ({
  [openApiPath(ACCESS_REQUEST_PATH)]: operations('access_request', 'a program', {
    name: 'id',
    description: 'The id of the request. The browser that brought the request has a cookie for it',
  }),
  [openApiPath(DEVICE_CODE_PATH)]: operations('device_code', 'a program on another device', {
    name: 'code',
    description: 'The code that the device shows',
  }),
});
