import type { JsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import * as field from '../../../application/wire/fields.ts';
import { MAX_SIGN_IN_BYTES, SESSION_PATH, SIGN_IN_OPTIONS_PATH } from '../rest/sign-in/sign-in-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { bodyLimits } from './json-value.ts';
import { jsonContent, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { jsonSchemaOf } from './schemas.ts';

/** One of the two, and not both. */
const CREDENTIAL: JsonSchema = {
  oneOf: [v.object({ code: v.string() }), v.object({ token: v.string() })].map(jsonSchemaOf),
};

const signedInPerson = v.object({
  success: v.literal(true),
  user_id: v.string(),
  display_name: v.nullable(v.string()),
  email: v.nullable(v.string()),
  expires_at: v.nullable(field.timestamp),
  /** The page's part of the session, for the header `X-Session`. */
  session: v.string(),
});

const signInOptions = v.object({
  /** Where a browser signs in at the identity provider of the server. */
  identity_provider: v.nullable(v.object({ sign_in_path: v.string() })),
  /** The command of the server's command line, as its operator types it. */
  command: v.nullable(v.string()),
});

const TAGS = ['Signing in'];
const headers = REQUEST_ID_HEADER;

/** Describes the routes where a browser signs in and out. */
export const signInOperations = (): Paths => ({
  [SESSION_PATH]: {
    post: {
      operationId: 'sign_in',
      summary:
        'Exchange a one-time code or a token for a session: a cookie, and a text for the header X-Session',
      tags: TAGS,
      security: [],
      requestBody: {
        required: true,
        description: bodyLimits(MAX_SIGN_IN_BYTES),
        content: jsonContent(CREDENTIAL),
      },
      responses: {
        200: {
          description: 'The cookie is set',
          headers,
          content: jsonContent(jsonSchemaOf(signedInPerson)),
        },
        ...errorResponses([
          ...ERROR_CODES.anyRequest,
          ...ERROR_CODES.token,
          ...ERROR_CODES.scope,
          ...ERROR_CODES.body,
          'invalid_input',
          'issuing_disabled',
        ]),
      },
    },
    delete: {
      operationId: 'sign_out',
      summary: 'Delete the cookie, and revoke the key that was made for it',
      tags: TAGS,
      security: [{ cookie: [] }, {}],
      responses: {
        204: { description: 'The cookie is deleted', headers },
        ...errorResponses([
          ...ERROR_CODES.anyRequest,
          ...ERROR_CODES.token,
          ...ERROR_CODES.cookie,
          ...ERROR_CODES.storage,
        ]),
      },
    },
  },
  [SIGN_IN_OPTIONS_PATH]: {
    get: {
      operationId: 'read_sign_in_options',
      summary: 'List the ways in which people can sign in',
      tags: TAGS,
      security: [],
      responses: {
        200: { description: 'OK', headers, content: jsonContent(jsonSchemaOf(signInOptions)) },
        ...errorResponses(ERROR_CODES.anyRequest),
      },
    },
  },
});
