import { createECDH } from 'node:crypto';
import { DeliveryError } from '../../../ports/notifier.ts';
import { targetUrl } from '../guarded-http/target-url.ts';

/** A browser's subscription to push messages (the Push API's `PushSubscription.toJSON()`). */
export interface Subscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** The services behind the browsers. Others are shown by their host alone. */
const SERVICES: readonly (readonly [host: RegExp, name: string])[] = [
  [/^fcm\.googleapis\.com$/, 'Chrome push service'],
  [/\.push\.services\.mozilla\.com$/, 'Firefox push service'],
  [/\.push\.apple\.com$/, 'Apple push service'],
  [/\.notify\.windows\.com$/, 'Edge push service'],
];

/**
 * Reads a subscription that the page has sent.
 * @throws DeliveryError
 */
export function parseSubscription(text: unknown): Subscription {
  const { endpoint, keys } = parseObject(text);
  const url = targetUrl(endpoint);
  const { p256dh, auth } = Object(keys) as Record<string, unknown>;
  if (typeof p256dh !== 'string' || typeof auth !== 'string') throw invalid();
  if (Buffer.from(auth, 'base64url').length !== 16) throw invalid();
  if (!isPublicKey(p256dh)) throw invalid();
  return { endpoint: url.href, keys: { p256dh, auth } };
}

/** Returns the push service as people see it. The rest of the endpoint is as good as a password. */
export function serviceOf({ endpoint }: Subscription): string {
  const { host } = new URL(endpoint);
  return `${SERVICES.find(([pattern]) => pattern.test(host))?.[1] ?? 'Push service'} (${host})`;
}

function parseObject(text: unknown): Record<string, unknown> {
  try {
    return Object(JSON.parse(String(text)));
  } catch {
    throw invalid();
  }
}

/** Whether a key can be used: a point of the curve P-256, not compressed. */
function isPublicKey(key: string): boolean {
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length !== 65) return false;
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  try {
    ecdh.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
}

const invalid = (): DeliveryError =>
  new DeliveryError('This is no subscription of a browser: turn notifications on in that browser', {
    isFinal: true,
  });
