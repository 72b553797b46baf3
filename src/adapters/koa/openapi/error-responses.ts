import { STATUS_CODES } from 'node:http';
import { type ProblemCode, type ProblemOverrides, statusOf } from '../http/problem.ts';
import {
  headerReference,
  type Paths,
  REQUEST_ID_HEADER,
  type Reference,
  type Response,
  type Responses,
} from './operation.ts';
import { PROBLEM_REF } from './schemas.ts';

/** The error codes that a request can get, grouped by the check that fails. */
export const ERROR_CODES = {
  anyRequest: ['forbidden_host', 'forbidden_origin', 'internal', 'invalid_header'],
  token: ['identity_provider_unavailable', 'rate_limited', 'storage_unavailable', 'unauthenticated'],
  cookie: ['csrf'],
  scope: ['insufficient_scope'],
  responseType: ['not_acceptable'],
  input: ['invalid_character', 'invalid_id', 'invalid_input', 'invalid_json'],
  body: [
    'incomplete_body',
    'invalid_encoding',
    'invalid_json',
    'rate_limited',
    'request_timeout',
    'server_busy',
    'too_deep',
    'too_many_values',
    'too_large',
    'unsupported_media_type',
  ],
  idempotencyKey: ['idempotency_in_flight', 'idempotency_key_reused', 'invalid_idempotency_key'],
  storage: ['storage_busy', 'storage_full', 'storage_unavailable'],
} as const satisfies { readonly [check: string]: readonly ProblemCode[] };

/** The extra headers of an error response, by status. Not every code of 403 and 409 has one. */
const HEADERS_BY_STATUS: { readonly [status: number]: { readonly [name: string]: string } } = {
  401: { 'WWW-Authenticate': 'WWW-Authenticate' },
  403: { 'WWW-Authenticate': 'WWW-Authenticate.optional' },
  409: { 'Retry-After': 'Retry-After.optional' },
  429: { 'Retry-After': 'Retry-After' },
  503: { 'Retry-After': 'Retry-After' },
};

const COMPONENT_PREFIX = '#/components/responses/';

/**
 * Groups error codes by status, and returns for each group a reference to a component. Most operations have
 * the same codes, so they share the components.
 */
export function errorResponses(codes: readonly ProblemCode[], overrides: ProblemOverrides = {}): Responses {
  const byStatus = Map.groupBy([...new Set(codes)].sort(), (code) => statusOf(code, overrides));
  return Object.fromEntries(
    [...byStatus].map(([status, codesOfStatus]) => [
      status,
      { $ref: `${COMPONENT_PREFIX}${status}.${codesOfStatus.join('.')}` },
    ]),
  );
}

/**
 * Builds the components that `errorResponses` refers to. The name of a component lists its status and codes.
 */
export function errorResponseComponents(paths: Paths): { readonly [name: string]: Response } {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const names = operations
    .flatMap(({ responses }) => Object.values(responses))
    .flatMap((response) => ('$ref' in response ? [response.$ref.slice(COMPONENT_PREFIX.length)] : []));
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => {
      const [status, ...codes] = name.split('.');
      return [name, errorResponse(Number(status), codes)];
    }),
  );
}

function errorResponse(status: number, codes: readonly string[]): Response {
  const headers: { [name: string]: Reference } = { ...REQUEST_ID_HEADER };
  for (const [name, component] of Object.entries(HEADERS_BY_STATUS[status] ?? {}))
    headers[name] = headerReference(component);
  const schema = {
    $ref: PROBLEM_REF,
    properties: { status: { const: status }, code: { enum: codes.concat() } },
  };
  return {
    description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    headers,
    content: { 'application/problem+json': { schema } },
  };
}
