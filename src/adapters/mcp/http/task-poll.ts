import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpProtocolError } from '../call/mcp-protocol-error.ts';
import type { MethodHandler } from '../protocol/method-handler.ts';
import {
  callWithoutLibrary,
  clientNameIn,
  declaresTasks,
  type OwnConnection,
  type RequestMeta,
} from './request-meta.ts';

const REVISION = '2026-07-28';

/** A `tasks/get` that is right in every part. */
export interface TaskPoll {
  readonly id: string | number;
  readonly taskId: string;
  readonly clientName: string | null;
}

/** The parts of a message that decide. Anything may be in them. */
interface PollBody {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly taskId?: unknown; readonly _meta?: RequestMeta | null } | null;
}

/**
 * Recognises a poll that needs no library. A client polls each of its tasks every few seconds, and the
 * library takes longer for a request than everything else together (docs/BENCH.md). It still gets every
 * request that differs in anything from what most clients send, and says what is wrong with it.
 * @returns null if the library has to answer.
 */
export function taskPollOf({ headers }: IncomingMessage, body: unknown): TaskPoll | null {
  const { jsonrpc, id, method, params } = (body ?? {}) as PollBody;
  if (method !== 'tasks/get' || jsonrpc !== '2.0') return null;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return null;
  const { taskId, _meta: meta } = params ?? {};
  if (typeof taskId !== 'string' || meta?.['io.modelcontextprotocol/protocolVersion'] !== REVISION)
    return null;
  const clientName = clientNameIn(meta);
  if (clientName === undefined || !declaresTasks(meta)) return null;
  const hasExactHeaders =
    headers['mcp-protocol-version'] === REVISION &&
    headers['mcp-method'] === method &&
    headers['mcp-name'] === taskId;
  return hasExactHeaders ? { id: id as string | number, taskId, clientName } : null;
}

/**
 * Answers a poll as the library would.
 * @param serverInfo the name and the version of the server.
 */
export async function answerTaskPoll(
  { id, taskId, clientName }: TaskPoll,
  getTask: MethodHandler,
  requestInfo: OwnConnection,
  { res, serverInfo }: { readonly res: ServerResponse; readonly serverInfo: object },
): Promise<void> {
  const call = callWithoutLibrary(requestInfo, { acceptsTasks: true, clientName });
  const _meta = { 'io.modelcontextprotocol/serverInfo': serverInfo };
  const outcome = await Promise.resolve(getTask({ taskId }, call)).then(
    (task) => ({ result: { ...task, resultType: 'complete', _meta } }),
    (error: unknown) => {
      if (!(error instanceof McpProtocolError)) throw error;
      const { code, message, data } = error;
      return { error: { code, message, ...(data !== undefined && { data }) } };
    },
  );
  const text = JSON.stringify({ ...outcome, jsonrpc: '2.0', id });
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}
