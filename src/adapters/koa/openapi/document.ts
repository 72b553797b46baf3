import { IDEMPOTENCY_KEY, MAX_IDEMPOTENCY_KEY_LENGTH } from '../../../domain/idempotency.ts';
import { sessionCookieName } from '../access/session-cookie.ts';
import { PROTECTED_RESOURCES } from '../rest/status-routes.ts';
import { accessRequestOperations } from './access-request-operations.ts';
import { answerLinkOperations } from './answer-link-operations.ts';
import { errorResponseComponents } from './error-responses.ts';
import { exportOperations } from './export-operations.ts';
import { hookOperations } from './hook-operations.ts';
import type { Paths } from './operation.ts';
import { providerSignInOperations } from './provider-sign-in-operations.ts';
import { restOperations } from './rest-operations.ts';
import { schemaComponents } from './schemas.ts';
import { signInOperations } from './sign-in-operations.ts';
import { smsReplyOperations } from './sms-reply-operations.ts';
import { statusOperations } from './status-operations.ts';
import { streamOperations } from './stream-operations.ts';

/** The properties of the server that its OpenAPI document depends on. */
export interface ApiDescriptionOptions {
  readonly version: string;
  readonly publicUrl?: string | null;
  readonly protectedResources?: readonly string[];
  readonly hasSignIn: boolean;
  readonly hasStreams: boolean;
  readonly hasExport: boolean;
  readonly hasAnswerLinks: boolean;
  readonly hasSmsReplies: boolean;
  /** The coding agents whose events are taken; empty: none are. */
  readonly hookAgents: readonly string[];
  readonly publishesPublicKeys: boolean;
  readonly hasOAuth: boolean;
  readonly hasProviderSignIn: boolean;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly components: { readonly [kind: string]: { readonly [name: string]: object } };
}

/**
 * Describes the API in OpenAPI 3.1. The operations are made from the same route tables that serve the
 * requests.
 */
export function describeApi(options: ApiDescriptionOptions): OpenApiDocument {
  const { version, publicUrl = null, protectedResources = PROTECTED_RESOURCES } = options;
  const paths = {
    ...restOperations(),
    ...(options.hasStreams && streamOperations()),
    ...(options.hasExport && exportOperations()),
    ...(options.hasSignIn && signInOperations()),
    ...(options.hasProviderSignIn && providerSignInOperations()),
    ...(options.hasAnswerLinks && answerLinkOperations()),
    ...(options.hasSmsReplies && smsReplyOperations()),
    ...(options.hasOAuth && accessRequestOperations()),
    ...(options.hookAgents.length > 0 && hookOperations(options.hookAgents)),
    ...statusOperations(protectedResources, options),
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Agent Dashboard Server', version, ...ABOUT },
    // Without a public URL the API is at the address from which the document was read.
    servers: [{ url: publicUrl ?? '/' }],
    tags: TAGS,
    paths,
    components: {
      responses: errorResponseComponents(paths),
      securitySchemes: securitySchemes(publicUrl),
      parameters: PARAMETERS,
      headers: HEADERS,
      schemas: schemaComponents(),
    },
  };
}

const ABOUT = {
  summary: 'AI coding agents report their steps here, ask questions, and get the answers.',
  description: [
    'Agents report steps with `POST /api/v1/messages/agent`. They ask a question with `requires_user_input`, and wait',
    'for the answer with `POST /api/v1/messages/pending`.',
    '',
    'Errors are problems (RFC 9457). Branch on `code`, which never changes. If a response was lost, repeat the request',
    'with the same `Idempotency-Key`: you get the first response again. Unknown fields are ignored. Every GET route',
    'except `/api/v1/messages/pending` also accepts HEAD.',
  ].join('\n'),
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const TAGS = [
  { name: 'Agents', description: 'Operations for agents; they need a token with the scope `agent`' },
  { name: 'People', description: 'Operations for people; they need a token with the scope `dashboard`' },
  { name: 'Tokens', description: 'Operations that accept any valid token' },
  { name: 'Signing in', description: 'Operations for browsers' },
  { name: 'Server', description: 'Operations that need no token' },
];

const securitySchemes = (publicUrl: string | null) => ({
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token with one of the scopes that the operation names',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName(publicUrl === null ? '' : new URL(publicUrl).host),
    description:
      'The name ends with the port of the address, if it has one: `agent_dashboard_session_8080`. Each request also ' +
      'needs the header `X-Session` with the `session` of the sign-in, and one that changes something ' +
      '`X-Requested-With: agent-dashboard`',
  },
});

const PARAMETERS = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'A text of your choice, new for each request. Repeats within 24 hours get the first response again',
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_IDEMPOTENCY_KEY_LENGTH,
      pattern: IDEMPOTENCY_KEY.source,
    },
  },
};

const textHeader = (description: string, required: boolean) => ({
  description,
  required,
  schema: { type: 'string' },
});

const RETRY_AFTER = {
  description: 'How many seconds to wait before trying again',
  schema: { type: 'integer', minimum: 1 },
};

const CHALLENGE = 'Which token is needed (RFC 6750)';

const HEADERS = {
  'X-Request-Id': textHeader("The request's id in the server's log; your own, if you send one", true),
  Link: textHeader('The address of the next page (RFC 8288); absent on the last page', false),
  Location: textHeader('The address to which the browser goes on', true),
  'Retry-After': { ...RETRY_AFTER, required: true },
  'Retry-After.optional': { ...RETRY_AFTER, required: false },
  'WWW-Authenticate': textHeader(CHALLENGE, true),
  'WWW-Authenticate.optional': textHeader(CHALLENGE, false),
};
