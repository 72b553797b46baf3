/** A JSON-RPC error for an HTTP request that never became a request of the protocol. */
export const jsonRpcError = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });

/** The same answer for a session that never existed, that has ended, and that belongs to another user. */
export const sessionNotFound = (): Response => jsonRpcError(404, -32001, 'Session not found');

export const sessionMissing = (): Response =>
  jsonRpcError(400, -32000, 'Bad Request: Mcp-Session-Id header is required');

export const shuttingDown = (): Response => jsonRpcError(503, -32000, 'The server is shutting down');
