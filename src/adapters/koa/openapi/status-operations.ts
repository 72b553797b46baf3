import * as v from 'valibot';
import { PROTECTED_RESOURCE_PATH } from '../http/public-url.ts';
import { JWKS_PATH, OPENAPI_PATH } from '../rest/status-routes.ts';
import { ERROR_CODES, errorResponses } from './error-responses.ts';
import { type Operation, type Paths, REQUEST_ID_HEADER } from './operation.ts';
import { jsonSchemaOf } from './schemas.ts';

const ok = v.object({ status: v.literal('ok') });

const description = v.object({
  name: v.string(),
  version: v.string(),
  links: v.pipe(v.record(v.string(), v.string()), v.description('Addresses by name')),
});

const protectedResource = v.object({
  resource: v.string(),
  bearer_methods_supported: v.array(v.string()),
  scopes_supported: v.array(v.string()),
  authorization_servers: v.exactOptional(v.array(v.string())),
});

const keys = v.object({ keys: v.array(v.record(v.string(), v.unknown())) });

interface StatusEndpoint {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly schema: v.GenericSchema;
  readonly mediaType?: string;
  /** The endpoint needs an answer of the database, so its response may be 503. */
  readonly needsDatabase?: true;
}

const ENDPOINTS: readonly StatusEndpoint[] = [
  {
    path: '/',
    operationId: 'describe_server',
    summary: 'Describe this server',
    schema: description,
  },
  {
    path: '/health',
    operationId: 'check_health',
    summary: 'Check that the process runs',
    schema: ok,
  },
  {
    path: '/ready',
    operationId: 'check_readiness',
    summary: 'Check that the database answers',
    schema: ok,
    needsDatabase: true,
  },
  {
    path: OPENAPI_PATH,
    operationId: 'describe_api',
    summary: 'Return this OpenAPI document',
    schema: v.pipe(v.record(v.string(), v.unknown()), v.description('OpenAPI 3.1')),
  },
];

const JWKS_ENDPOINT: StatusEndpoint = {
  path: JWKS_PATH,
  operationId: 'list_public_keys',
  summary: "List the public keys that verify this server's tokens (RFC 7517)",
  mediaType: 'application/jwk-set+json',
  schema: keys,
};

/** Describes the routes that need no token. */
export function statusOperations(
  protectedResources: readonly string[],
  { publishesPublicKeys }: { readonly publishesPublicKeys: boolean },
): Paths {
  const resources = ['', ...protectedResources].map(
    (resource): StatusEndpoint => ({
      path: PROTECTED_RESOURCE_PATH + resource,
      operationId: `describe_protected_resource${resource.replaceAll(/\W+/g, '_')}`,
      summary: `Name the token issuers that ${resource === '' ? 'this server' : resource} accepts (RFC 9728)`,
      schema: protectedResource,
    }),
  );
  const endpoints = [...ENDPOINTS, ...resources, ...(publishesPublicKeys ? [JWKS_ENDPOINT] : [])];
  return Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { get: operationOf(endpoint) }]));
}

function operationOf({
  operationId,
  summary,
  schema,
  mediaType = 'application/json',
  needsDatabase,
}: StatusEndpoint): Operation {
  const content = { [mediaType]: { schema: jsonSchemaOf(schema) } };
  const codes = needsDatabase
    ? [...ERROR_CODES.anyRequest, 'storage_full' as const, 'storage_unavailable' as const]
    : ERROR_CODES.anyRequest;
  return {
    operationId,
    summary,
    tags: ['Server'],
    security: [],
    responses: { 200: { description: 'OK', headers: REQUEST_ID_HEADER, content }, ...errorResponses(codes) },
  };
}
