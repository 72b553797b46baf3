import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { toAgentType } from '../call/client-agent-type.ts';

/**
 * What the server keeps about a client from `initialize`. It is in the session id, so that every process can
 * serve the session: most clients never initialize again.
 */
const StateSchema = v.object({ v: v.literal(1), client: v.pipe(v.string(), v.transform(toAgentType)) });

/** The length of the longest state as base64url: 255 characters, each of 6 in JSON, and some more. */
const MAX_STATE_LENGTH = 2_100;

const SESSION_ID = new RegExp(`^[0-9a-f-]{36}\\.([\\w-]{1,${MAX_STATE_LENGTH}})$`);

/**
 * Creates the id of a new session: a random UUID, a dot, and the client's name in JSON as base64url. The id
 * proves nothing: the token of each request decides who may do what.
 */
export function createSessionId(clientName: string): string {
  const state: v.InferInput<typeof StateSchema> = { v: 1, client: toAgentType(clientName) };
  return `${randomUUID()}.${Buffer.from(JSON.stringify(state)).toString('base64url')}`;
}

/**
 * Returns the client's name that `createSessionId` has put into the id. Returns an empty text for every other
 * id: those of older versions, and whatever else a client may send.
 */
export function clientNameIn(sessionId: string): string {
  const [, state = ''] = SESSION_ID.exec(sessionId) ?? [];
  try {
    return v.parse(StateSchema, JSON.parse(Buffer.from(state, 'base64url').toString())).client;
  } catch {
    return '';
  }
}
