/** A protocol error, by the number of JSON-RPC: all that the libraries look at is `code`, `message`, `data`. */
export class McpProtocolError extends Error {
  override readonly name = 'ProtocolFault';
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
