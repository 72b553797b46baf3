import { BASE_PATH } from '../../../../src/adapters/koa/rest/route.ts';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import { LiveClient } from '../../../support/live-client.ts';
import type { SendRequest } from '../fixture/compare-responses.ts';
import { recordResponse } from '../fixture/normalise-response.ts';
import type { Tenant } from '../fixture/tenant.ts';
import { type TenantServer, tokenOf } from '../fixture/tenant-server.ts';

export const EVENTS = '/events';
export const EVENTS_OF_INSTANCE = '/agent-instances/:agent_instance_id/messages/stream';

const LAST_STEP_TEXT = 'the last step that is read';
const HEARTBEAT = /id: \S+\nevent: heartbeat\ndata: \{\}\n\n/g;

const addressOf = ({ url }: TenantServer, path: string, named: { readonly [field: string]: string }) =>
  url + BASE_PATH + path.replaceAll(/:(\w+)/g, (_, field: string) => encodeURIComponent(named[field]!));

/** Opens a stream as this tenant. The stream closes at the end of the scope. */
export const openStream = (server: TenantServer, { userId }: Tenant, instance: string | null = null) => {
  const path = instance === null ? EVENTS : EVENTS_OF_INSTANCE;
  const named = { agent_instance_id: instance ?? '' };
  return LiveClient.open(addressOf(server, path, named), tokenOf(userId));
};

interface StreamRequest {
  readonly method: 'GET' | 'HEAD';
  /** The `Last-Event-ID` to send, if the request has no field `last_event_id`. */
  readonly after?: string | null;
}

/**
 * Requests a stream. If it opens, the tenant sends a step, and the stream is read until that step arrives, so
 * that every earlier event is read too.
 */
export const streamRequest =
  (server: TenantServer, path: string, { method, after = null }: StreamRequest): SendRequest =>
  async (tenant, { last_event_id = after, ...ids }) => {
    const abortController = new AbortController();
    const response = await fetchDescribed(addressOf(server, path, ids), {
      method,
      signal: abortController.signal,
      headers: {
        authorization: `Bearer ${tokenOf(tenant.userId)}`,
        ...(last_event_id !== null && { 'last-event-id': last_event_id }),
      },
    });
    if (!response.ok || method === 'HEAD') return [await recordResponse(response)];
    const agent_instance_id = ids.agent_instance_id ?? tenant.ids['active instance'];
    await sendStep(server, tenant, agent_instance_id, LAST_STEP_TEXT);
    const body = await readUntilText(response.body!, LAST_STEP_TEXT);
    abortController.abort();
    return [{ status: response.status, headers: [...response.headers], body }];
  };

export const sendStep = ({ dispatch }: TenantServer, { caller }: Tenant, instance: string, content: string) =>
  dispatch(useCases.sendAgentMessage, { caller, input: { agent_instance_id: instance, content } });

/**
 * Reads a stream to the end of the event that contains `last`. Removes the heartbeats, because their number
 * depends on time, and the first part of the event ids, because it is different for every tenant.
 */
async function readUntilText(body: ReadableStream<Uint8Array>, last: string): Promise<string> {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const end = text.indexOf('\n\n', text.includes(last) ? text.indexOf(last) : text.length);
    if (end >= 0) {
      const [, streamId = 'none'] = /^id: ([0-9a-f]{16})\./.exec(text) ?? [];
      return text.slice(0, end).replaceAll(HEARTBEAT, '').replaceAll(streamId, '<streamId>');
    }
  }
  throw new Error(`The stream ended after ${text}`);
}
