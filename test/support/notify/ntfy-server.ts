import assert from 'node:assert/strict';
import type { ServiceState } from '../../../src/contracts/notifier/open-notifier.ts';
import {
  type GivenResponse,
  type HttpService,
  type ReceivedRequest,
  startHttpService,
} from './http-service.ts';

/** The version that began to replace messages. Older ones ignore `sequence_id`. */
export type NtfyVersion = '2.16' | '2.13';

export interface NtfyAction {
  readonly action: string;
  readonly label: string;
  readonly url: string;
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly clear?: boolean;
}

/** A message as a server gives it to the app. */
export interface PublishedMessage {
  readonly id: string;
  readonly topic: string;
  readonly title?: string;
  readonly message: string;
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly click?: string;
  readonly actions?: readonly NtfyAction[];
  readonly sequence_id?: string;
}

export interface NtfyServer extends HttpService {
  readonly messages: readonly PublishedMessage[];
}

const FIELDS: { readonly [name: string]: 'string' | 'number' | 'object' } = {
  ...{ topic: 'string', title: 'string', message: 'string', priority: 'number', tags: 'object' },
  ...{ click: 'string', actions: 'object', sequence_id: 'string' },
};
const ACTION_FIELDS = ['action', 'label', 'url', 'method', 'headers', 'body', 'clear'];
const MAX_MESSAGE_BYTES = 4096;
const NAME = /^[-_A-Za-z0-9]{1,64}$/;

/**
 * Follows what ntfy documents about publishing as JSON, and is stricter: it refuses fields that it does not
 * know, and messages that ntfy would change or turn into an attachment.
 */
export async function startNtfyServer(
  state: ServiceState,
  { version = '2.16', token }: { readonly version?: NtfyVersion; readonly token: string },
): Promise<NtfyServer> {
  const messages: PublishedMessage[] = [];
  const publish = (request: ReceivedRequest): GivenResponse => {
    if (state === 'refuses' || request.headers.authorization !== `Bearer ${token}`)
      return answer(403, { code: 40301, http: 403, error: 'forbidden' });
    try {
      const { sequence_id, ...message } = checkedMessage(request);
      const sequence = version === '2.16' && sequence_id !== undefined ? { sequence_id } : {};
      messages.push({ id: `message${messages.length}`, ...message, ...sequence });
      return answer(200, { ...messages.at(-1), time: 1, expires: 2, event: 'message' });
    } catch (error) {
      return answer(400, { code: 40024, http: 400, error: String(error) });
    }
  };
  const { url, requests, [Symbol.asyncDispose]: dispose } = await startHttpService(state, publish);
  return { url, requests, messages, [Symbol.asyncDispose]: dispose };
}

const answer = (status: number, body: object): GivenResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function checkedMessage({ method, path, body }: ReceivedRequest): Omit<PublishedMessage, 'id'> {
  assert.ok(['POST', 'PUT'].includes(method) && path === '/', 'JSON is published to the root');
  assert.ok(Buffer.byteLength(body) <= 2 * MAX_MESSAGE_BYTES, 'The JSON is too long');
  const message = JSON.parse(body);
  for (const [name, value] of Object.entries(message)) assert.equal(typeof value, FIELDS[name], name);
  assert.match(message.topic, NAME);
  assert.ok(message.message !== '', 'ntfy would show: triggered');
  assert.ok(Buffer.byteLength(message.message) <= MAX_MESSAGE_BYTES, 'The message is too long');
  if ('priority' in message) assert.ok([1, 2, 3, 4, 5].includes(message.priority));
  if ('sequence_id' in message) assert.match(message.sequence_id, NAME);
  if ('click' in message) assert.ok(URL.canParse(message.click));
  for (const tag of message.tags ?? []) assert.match(tag, /^[^,]+$/);
  assert.ok((message.actions ?? []).length <= 3, 'only 3 actions allowed');
  for (const action of message.actions ?? []) checkAction(action);
  return message;
}

function checkAction(action: NtfyAction): void {
  for (const name of Object.keys(action)) assert.ok(ACTION_FIELDS.includes(name), `key ${name} unknown`);
  assert.ok(['view', 'http'].includes(action.action), `parameter 'action' cannot be ${action.action}`);
  assert.ok(action.label !== '', `parameter 'label' is required`);
  assert.ok(URL.canParse(action.url), `parameter 'url' is required`);
  if (action.action === 'view') assert.ok(!('body' in action) && !('method' in action));
  for (const value of Object.values(action.headers ?? {})) assert.equal(typeof value, 'string');
  if (action.body !== undefined) assert.equal(typeof action.body, 'string');
}
