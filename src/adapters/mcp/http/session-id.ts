import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { toAgentType } from '../call/client-agent-type.ts';
import { APPS_CAPABILITY, showsApps } from '../call/client-apps.ts';
import { elicitationModes } from '../call/elicitation.ts';

/**
 * What the server keeps about a client from `initialize`. It is in the session id, so that every process can
 * serve the session: most clients never initialize again.
 */
const StateSchema = v.object({
  v: v.literal(1),
  client: v.pipe(v.string(), v.transform(toAgentType)),
  /** What the client can show to its person. Ids of older versions do not say it. */
  shows: v.optional(v.array(v.picklist(['form', 'url', 'app'])), []),
});

/** The length of the longest state as base64url: 255 characters, each of 6 in JSON, and some more. */
const MAX_STATE_LENGTH = 2_200;

const SESSION_ID = new RegExp(`^[0-9a-f-]{36}\\.([\\w-]{1,${MAX_STATE_LENGTH}})$`);

/**
 * Creates the id of a new session: a random UUID, a dot, and what is known about the client in JSON as
 * base64url. The id
 * proves nothing: the token of each request decides who may do what.
 */
export function createSessionId(clientName: string, capabilities: object = {}): string {
  const can = { ...elicitationModes(capabilities), app: showsApps(capabilities) };
  const shows = (['form', 'url', 'app'] as const).filter((one) => can[one]);
  const client = toAgentType(clientName);
  const state: v.InferInput<typeof StateSchema> = { v: 1, client, ...(shows.length > 0 && { shows }) };
  return `${randomUUID()}.${Buffer.from(JSON.stringify(state)).toString('base64url')}`;
}

/** What a session id says about its client. */
export interface SessionClient {
  readonly name: string;
  /** Those of its capabilities that matter here. */
  readonly capabilities: { readonly elicitation?: object; readonly extensions?: object };
}

/**
 * Returns what `createSessionId` has put into the id. Every other id says nothing: those of older versions,
 * and whatever else a client may send.
 */
export function sessionClientIn(sessionId: string): SessionClient {
  const [, text = ''] = SESSION_ID.exec(sessionId) ?? [];
  try {
    const { client, shows } = v.parse(StateSchema, JSON.parse(Buffer.from(text, 'base64url').toString()));
    const modes = shows.filter((one) => one !== 'app').map((mode) => [mode, {}]);
    return {
      name: client,
      capabilities: {
        ...(modes.length > 0 && { elicitation: Object.fromEntries(modes) }),
        ...(shows.includes('app') && { extensions: APPS_CAPABILITY }),
      },
    };
  } catch {
    return { name: '', capabilities: {} };
  }
}
