import { PROBLEM_TYPE, type Problem, type ProblemCode } from './problem.ts';
import { AUTHORIZATION_SERVER_PATH } from './public-url.ts';

/**
 * The form in which an error is sent: `problem` (RFC 9457) for REST; `json_rpc` where MCP clients read the
 * body; `oauth` (RFC 6749, section 5.2) where their sign-in code reads it.
 */
export type ErrorFormat = 'problem' | 'json_rpc' | 'oauth';

export interface ErrorBody {
  readonly contentType: string;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** The paths at which errors are no problems, without a slash at the end. */
const FORMAT_BY_PATH: { readonly [path: string]: ErrorFormat } = {
  '/mcp': 'json_rpc',
  '/sse': 'json_rpc',
  '/messages': 'json_rpc',
  '/authorize': 'oauth',
  '/register': 'oauth',
  '/revoke': 'oauth',
  '/token': 'oauth',
};

/**
 * The documents in which a client looks for the endpoints of an authorization server (RFC 8414, OpenID
 * Connect Discovery). The path of the resource may come before or after.
 */
const METADATA_PATH =
  /^(?:\/[^/]+)*\/\.well-known\/(?:oauth-authorization-server|openid-configuration)(?:\/|$)/;

export const isAuthorizationMetadataPath = (path: string): boolean => METADATA_PATH.test(path);

/** Returns the form of errors at a path. It is known also before a route has matched. */
export function errorFormatAt(path: string): ErrorFormat {
  if (isAuthorizationMetadataPath(path) || path.startsWith(`${AUTHORIZATION_SERVER_PATH}/`)) return 'oauth';
  const key = path.replace(/\/$/, '');
  return Object.hasOwn(FORMAT_BY_PATH, key) ? FORMAT_BY_PATH[key]! : 'problem';
}

/** Returns the body of an error response, and its Content-Type. */
export const formatError = (problem: Problem, format: ErrorFormat): ErrorBody => FORMATTERS[format](problem);

const FORMATTERS: { readonly [Format in ErrorFormat]: (problem: Problem) => ErrorBody } = {
  problem: (problem) => ({ contentType: PROBLEM_TYPE, body: JSON.stringify(problem) }),
  // The id is null: the error is about the HTTP request, whose messages may not even have been read.
  json_rpc: ({ code, status, detail, request_id, errors }) => ({
    contentType: JSON_TYPE,
    body: JSON.stringify({
      jsonrpc: '2.0',
      error: {
        code: JSON_RPC_CODES[code] ?? SERVER_ERROR,
        message: detail,
        data: { code, status, request_id, ...(errors !== undefined && { errors }) },
      },
      id: null,
    }),
  }),
  oauth: ({ code, status, detail }) => ({
    contentType: JSON_TYPE,
    body: JSON.stringify({
      error: OAUTH_ERRORS[code] ?? (status < 500 ? 'invalid_request' : 'server_error'),
      error_description: detail,
    }),
  }),
};

const SERVER_ERROR = -32000;

/** The codes that JSON-RPC itself defines. All other errors are errors of the server (-32000). */
const JSON_RPC_CODES: { readonly [Code in ProblemCode]?: number } = {
  internal: -32603,
  invalid_encoding: -32700,
  invalid_json: -32700,
};

/** Clients of OAuth know only these texts. */
const OAUTH_ERRORS: { readonly [Code in ProblemCode]?: string } = {
  forbidden_host: 'access_denied',
  forbidden_origin: 'access_denied',
  rate_limited: 'temporarily_unavailable',
  storage_busy: 'temporarily_unavailable',
  storage_full: 'temporarily_unavailable',
  storage_unavailable: 'temporarily_unavailable',
};
