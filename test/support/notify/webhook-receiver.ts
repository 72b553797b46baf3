import { Webhook } from 'standardwebhooks';
import type { ServiceState } from '../../../src/contracts/notifier/open-notifier.ts';
import { type GivenResponse, type HttpService, startHttpService } from './http-service.ts';

export interface ReceivedEvent {
  /** The header `webhook-id`. */
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect.
  readonly data: any;
}

export interface WebhookReceiver extends HttpService {
  /** The events whose signatures were right. */
  readonly events: readonly ReceivedEvent[];
}

/** Verifies signatures as the library of Standard Webhooks does it, and refuses all others. */
export async function startWebhookReceiver(
  state: ServiceState,
  secret: string,
  accepted: GivenResponse = { status: 204 },
): Promise<WebhookReceiver> {
  const webhook = new Webhook(secret);
  const events: ReceivedEvent[] = [];
  const service = await startHttpService(state, ({ method, headers, body }) => {
    if (state === 'refuses') return { status: 410 };
    if (method !== 'POST' || headers['content-type'] !== 'application/json') return { status: 415 };
    try {
      const event = webhook.verify(body, headers as Record<string, string>) as Omit<ReceivedEvent, 'id'>;
      events.push({ id: String(headers['webhook-id']), ...event });
      return accepted;
    } catch {
      return { status: 401 };
    }
  });
  return { ...service, events, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}
