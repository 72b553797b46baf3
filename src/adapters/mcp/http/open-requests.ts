import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { INVALID_REQUEST, requestIdInUse, shownId } from '../call/mcp-protocol-error.ts';
import { jsonRpcError } from './json-rpc-responses.ts';

/**
 * The requests of one session that have no response yet. Clients choose the ids of requests. The libraries
 * find by the id where a response belongs and which call a cancellation means. So an id in use must not be
 * used again.
 */
export class OpenRequests {
  /** By id: the ids without a response of all requests that came in the same body. */
  readonly #bodies = new Map<RequestId, Set<RequestId>>();

  /**
   * Adds the requests of a body, which may be a list of messages.
   * @returns null; or the refusal if an id is in use or occurs twice. Then nothing is added.
   */
  add(body: unknown): Response | null {
    const ids = requestIdsIn(body);
    const inUse = ids.find((id) => this.#bodies.has(id));
    if (inUse !== undefined) {
      const { code, message } = requestIdInUse(inUse);
      return jsonRpcError(409, code, message);
    }
    const group = new Set(ids);
    const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
    if (repeated !== undefined) {
      const message = `The request id ${shownId(repeated)} is in this batch twice, so none of it was run. Give each request its own id`;
      return jsonRpcError(400, INVALID_REQUEST, message);
    }
    for (const id of ids) this.#bodies.set(id, group);
    return null;
  }

  /** Removes a request, as soon as it has its response. Returns whether it was the last one of its body. */
  remove(id: RequestId): boolean {
    const group = this.#bodies.get(id);
    this.#bodies.delete(id);
    group?.delete(id);
    return group?.size === 0;
  }

  /** Removes the requests of a body that a library has refused. */
  removeAll(body: unknown): void {
    for (const id of requestIdsIn(body)) this.remove(id);
  }
}

/** Returns the ids of the requests in a body. The libraries refuse every id that is no text and no number. */
function requestIdsIn(body: unknown): RequestId[] {
  const messages = (Array.isArray(body) ? body : [body]) as ({ id?: unknown; method?: unknown } | null)[];
  return messages
    .filter((message) => typeof message?.method === 'string')
    .map((message) => message?.id)
    .filter((id) => typeof id === 'string' || typeof id === 'number');
}
