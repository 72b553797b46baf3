import { Webhook } from 'standardwebhooks';
import { DeliveryError } from '../../../ports/notifier.ts';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const [MIN_BYTES, MAX_BYTES] = [24, 64];

/**
 * Returns what signs with a secret.
 * @throws DeliveryError if it is not a secret as Standard Webhooks has them. The message does not show it.
 */
export function signerOf(secret: unknown): Webhook {
  const encoded = typeof secret === 'string' && secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const { length } = Buffer.from(encoded, 'base64');
  if (BASE64.test(encoded) && encoded.length % 4 === 0 && length >= MIN_BYTES && length <= MAX_BYTES)
    return new Webhook(encoded);
  throw new DeliveryError(
    'The secret has to be whsec_ and 24 to 64 bytes in Base64. This makes one: ' +
      'echo "whsec_$(openssl rand -base64 32)"',
    { isFinal: true },
  );
}

/** The time is that of the attempt, because receivers refuse what was signed more than five minutes ago. */
export function signatureHeaders(
  signer: Webhook,
  id: string,
  body: string,
): { readonly [name: string]: string } {
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signer.sign(id, now, body),
  };
}
