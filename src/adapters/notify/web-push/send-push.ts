import webPush from 'web-push';
import { DeliveryError } from '../../../ports/notifier.ts';
import type { HttpResponse, SendRequest } from '../guarded-http/guarded-http.ts';
import { isAccepted, refusedResponse } from '../guarded-http/refused-response.ts';
import type { PushMessage } from './push-message.ts';
import type { Subscription } from './subscription.ts';

export interface PushRequest {
  readonly message: PushMessage;
  readonly topic: string;
  /** Whether it also wakes a phone that saves energy. */
  readonly isUrgent: boolean;
  readonly ttlSeconds: number;
}

export interface PushSender {
  /** `subject` is how a push service reaches whoever runs this server: `mailto:` or `https:`. */
  readonly vapid: { readonly publicKey: string; readonly privateKey: string; readonly subject: string };
  readonly send: SendRequest;
}

/**
 * Encrypts a message for a browser (RFC 8291), and hands it to the browser's push service (RFC 8030).
 * @throws DeliveryError
 */
export async function sendPush(
  { vapid, send }: PushSender,
  subscription: Subscription,
  { message, topic, isUrgent, ttlSeconds }: PushRequest,
  signal: AbortSignal,
): Promise<void> {
  const { headers, body } = webPush.generateRequestDetails(subscription, JSON.stringify(message), {
    ...{ vapidDetails: vapid, TTL: ttlSeconds, urgency: isUrgent ? 'high' : 'normal', topic },
    contentEncoding: 'aes128gcm',
  });
  const url = new URL(subscription.endpoint);
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const response = await send({ method: 'POST', url, headers: texts, body: body! }, signal);
  if (!isAccepted(response)) throw refusal(response, url);
}

function refusal(response: HttpResponse, url: URL): DeliveryError {
  if (response.status === 404 || response.status === 410)
    return new DeliveryError('This browser has ended its subscription: turn notifications on in it again', {
      isFinal: true,
    });
  return refusedResponse(response, url, { 401: WRONG_KEY, 403: WRONG_KEY });
}

const WRONG_KEY = 'It does not accept the key of this server: turn notifications on in that browser again';
