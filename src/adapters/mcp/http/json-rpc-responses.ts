/** An HTTP answer to what never became a request of the protocol. */
export const rejection = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });

/** The same, whether a session never was, is over, or is someone else's. */
export const sessionNotFound = (): Response => rejection(404, -32001, 'Session not found');

export const sessionMissing = (): Response =>
  rejection(400, -32000, 'Bad Request: Mcp-Session-Id header is required');

export const shuttingDown = (): Response => rejection(503, -32000, 'The server is shutting down');
