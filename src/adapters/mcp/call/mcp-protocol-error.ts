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

export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
