/** A JSON-RPC error of the MCP protocol. The protocol libraries send its `code`, `message` and `data`. */
export class McpProtocolError extends Error {
  override readonly name = 'McpProtocolError';
  readonly code: number;
  readonly data: object | undefined;

  constructor(code: number, message: string, data?: object) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
export const MISSING_CLIENT_CAPABILITY = -32021;

/** The error for a request with the id of one that has no response yet. */
export const requestIdInUse = (id: string | number): McpProtocolError =>
  new McpProtocolError(
    INVALID_REQUEST,
    `The request id ${shownId(id)} is in use: the request with this id has no response yet. Give each request its own id`,
  );

export const shownId = (id: string | number): string => JSON.stringify(id).slice(0, 100);
