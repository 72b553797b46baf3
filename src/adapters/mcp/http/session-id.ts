import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { toAgentType } from '../call/client-agent-type.ts';
import type { ElicitationModes } from '../call/elicitation.ts';

/**
 * What the server keeps about a client from `initialize`. It is in the session id, so that every process can
 * serve the session: most clients never initialize again.
 */
const StateSchema = v.object({
  v: v.literal(1),
  client: v.pipe(v.string(), v.transform(toAgentType)),
  /** How the client can ask its person in place. Ids of older versions do not say it. */
  asks: v.optional(v.array(v.picklist(['form', 'url'])), []),
});

/** The length of the longest state as base64url: 255 characters, each of 6 in JSON, and some more. */
const MAX_STATE_LENGTH = 2_200;

const SESSION_ID = new RegExp(`^[0-9a-f-]{36}\\.([\\w-]{1,${MAX_STATE_LENGTH}})$`);

/**
 * Creates the id of a new session: a random UUID, a dot, and what is known about the client in JSON as
 * base64url. The id
 * proves nothing: the token of each request decides who may do what.
 */
export function createSessionId(
  clientName: string,
  { form, url }: ElicitationModes = { form: false, url: false },
): string {
  const asks = [...(form ? ['form' as const] : []), ...(url ? ['url' as const] : [])];
  const client = toAgentType(clientName);
  const state: v.InferInput<typeof StateSchema> = { v: 1, client, ...(asks.length > 0 && { asks }) };
  return `${randomUUID()}.${Buffer.from(JSON.stringify(state)).toString('base64url')}`;
}

/** What a session id says about its client. */
export interface SessionClient {
  readonly name: string;
  /** As the client declares them in its capabilities. */
  readonly elicitation: { readonly form?: object; readonly url?: object } | null;
}

/**
 * Returns what `createSessionId` has put into the id. Every other id says nothing: those of older versions,
 * and whatever else a client may send.
 */
export function sessionClientIn(sessionId: string): SessionClient {
  const [, text = ''] = SESSION_ID.exec(sessionId) ?? [];
  try {
    const { client, asks } = v.parse(StateSchema, JSON.parse(Buffer.from(text, 'base64url').toString()));
    const elicitation = asks.length === 0 ? null : Object.fromEntries(asks.map((mode) => [mode, {}]));
    return { name: client, elicitation };
  } catch {
    return { name: '', elicitation: null };
  }
}
