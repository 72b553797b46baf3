import { type JSONRPCMessage, parseJSONRPCMessage, type RequestId } from '@modelcontextprotocol/server';
import { libraryMessage } from '../call/library-message.ts';
import { INVALID_REQUEST, McpProtocolError, PARSE_ERROR } from '../call/mcp-protocol-error.ts';

/** One message of the client. */
export interface ClientMessage {
  /** The message as the client sent it. */
  readonly sent: unknown;
  /** The message in the form that the protocol library gets. */
  readonly message: JSONRPCMessage;
}

/** Why a line is not passed on. */
export interface Refusal {
  readonly error: McpProtocolError;
  /** The id in the line; null if it cannot be read. */
  readonly id: RequestId | null;
}

/** Reads one line. Returns null if it is malformed but nothing that the client waits for. */
export function readMessage(line: string): ClientMessage | Refusal | null {
  let sent: unknown;
  try {
    sent = JSON.parse(line);
  } catch {
    return { error: new McpProtocolError(PARSE_ERROR, 'The line is not JSON'), id: null };
  }
  // Only the revision 2025-03-26 has batches. Its clients need not send any, and none is known to do so.
  if (Array.isArray(sent)) return malformed('Batches are not supported: send each message in its own line');
  try {
    return { sent, message: parseJSONRPCMessage(libraryMessage(sent)) };
  } catch {
    return isAnswered(sent) ? malformed(RULES, readableId(sent)) : null;
  }
}

const RULES =
  'The line is not a message of MCP. It needs "jsonrpc": "2.0", a method, and for a request an id that is a ' +
  'text or a whole number. params and _meta must be objects, and a progressToken like an id';

const malformed = (reason: string, id: RequestId | null = null): Refusal => ({
  error: new McpProtocolError(INVALID_REQUEST, reason),
  id,
});

/** Notifications and responses get no answer, not even an error. */
function isAnswered(sent: unknown): boolean {
  if (typeof sent !== 'object' || sent === null) return true;
  if ('method' in sent && typeof sent.method === 'string') return 'id' in sent;
  return !('result' in sent || 'error' in sent);
}

function readableId(sent: unknown): RequestId | null {
  const { id } = (sent ?? {}) as { id?: unknown };
  return typeof id === 'string' || Number.isInteger(id) ? (id as RequestId) : null;
}
