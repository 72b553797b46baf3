import { type McpProtocolError, MISSING_CLIENT_CAPABILITY } from '../call/mcp-protocol-error.ts';

/** Returns a JSON-RPC error for an HTTP request that is refused before a protocol library handles it. */
export const jsonRpcError = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });

/** Returns the error of a request that this server answers itself, with the status of the library. */
export const protocolErrorResponse = (id: unknown, { code, message, data }: McpProtocolError): Response =>
  Response.json(
    { jsonrpc: '2.0', error: { code, message, ...(data !== undefined && { data }) }, id },
    { status: code === MISSING_CLIENT_CAPABILITY ? 400 : 200 },
  );

/**
 * Returns the same response for a session that never existed, that has ended, or that belongs to another
 * user. So callers cannot find out which sessions other users have.
 */
export const sessionNotFoundResponse = (): Response => jsonRpcError(404, -32001, 'Session not found');

export const sessionIdMissingResponse = (): Response =>
  jsonRpcError(400, -32000, 'Bad Request: Mcp-Session-Id header is required');

export function tooManySessionsResponse(): Response {
  const response = jsonRpcError(429, -32000, 'Too many sessions with this token are in use; try again later');
  response.headers.set('retry-after', '5');
  return response;
}

export const shuttingDownResponse = (): Response => jsonRpcError(503, -32000, 'The server is shutting down');

/** @param allow the methods that work instead. */
export function methodNotAllowedResponse(message: string, allow: string): Response {
  const response = jsonRpcError(405, -32000, message);
  response.headers.set('allow', allow);
  return response;
}
