import { COOKIE_NAME } from '../access/session-cookie.ts';
import { PROTECTED_RESOURCES } from '../rest/status-routes.ts';
import { errorResponseComponents } from './error-responses.ts';
import { exportOperations } from './export-operations.ts';
import type { Paths } from './operation.ts';
import { restOperations } from './rest-operations.ts';
import { schemaComponents } from './schemas.ts';
import { signInOperations } from './sign-in-operations.ts';
import { statusOperations } from './status-operations.ts';
import { streamOperations } from './stream-operations.ts';

/** What a description depends on. */
export interface ApiDescriptionOptions {
  readonly version: string;
  readonly publicUrl?: string | null;
  readonly protectedResources?: readonly string[];
  readonly hasSignIn: boolean;
  readonly hasStreams: boolean;
  readonly hasExport: boolean;
  readonly publishesKeys: boolean;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Paths;
  readonly components: { readonly [kind: string]: { readonly [name: string]: object } };
}

/** The API in OpenAPI 3.1, made from the tables that serve it: what is not in them is not in here. */
export function describeApi(api: ApiDescriptionOptions): OpenApiDocument {
  const { version, publicUrl = null, protectedResources = PROTECTED_RESOURCES } = api;
  const paths = {
    ...restOperations(),
    ...(api.hasStreams && streamOperations()),
    ...(api.hasExport && exportOperations()),
    ...(api.hasSignIn && signInOperations()),
    ...statusOperations(protectedResources, api),
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Agent Dashboard Server', version, ...ABOUT },
    // Relative: wherever this was read from.
    servers: [{ url: publicUrl ?? '/' }],
    tags: TAGS,
    paths,
    components: {
      responses: errorResponseComponents(paths),
      securitySchemes: SECURITY_SCHEMES,
      parameters: PARAMETERS,
      headers: HEADERS,
      schemas: schemaComponents(),
    },
  };
}

const ABOUT = {
  summary: 'Where AI coding agents report each step, ask, wait and are told.',
  description: [
    'Agents report steps with `POST /api/v1/messages/agent` and ask with `requires_user_input`; then they wait with',
    '`POST /api/v1/messages/pending` until the person answers.',
    '',
    'Errors are problems (RFC 9457): branch on `code`, which never changes. Repeat a request whose answer you have',
    'not got with the same `Idempotency-Key`: the first answer is repeated. Unknown fields are ignored. Every GET but',
    'that of `/api/v1/messages/pending` answers HEAD, too.',
  ].join('\n'),
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const TAGS = [
  { name: 'Agents', description: 'What agents use, with a token of the scope `agent`' },
  { name: 'People', description: 'What people use, with a token of the scope `dashboard`' },
  { name: 'Tokens', description: 'Any token will do' },
  { name: 'Signing in', description: 'For browsers' },
  { name: 'Server', description: 'No token is needed' },
];

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of one of the scopes that an operation names',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIE_NAME,
    description: 'Writing with it needs the header `X-Requested-With: agent-dashboard`',
  },
};

const PARAMETERS = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Of your choice, new for each request: its repeats within 24 hours get the first answer',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
};

const text = (description: string) => ({ description, schema: { type: 'string' } });

const HEADERS = {
  'X-Request-Id': text("What the server's log knows the request by; yours, if you send one"),
  Link: text('Where the next page is (RFC 8288); absent on the last one'),
  'Retry-After': text('Seconds after which a repeat is worth while'),
  'WWW-Authenticate': text('What token would do (RFC 6750)'),
};
