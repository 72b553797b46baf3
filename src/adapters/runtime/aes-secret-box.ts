import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretBox } from '../../ports/secret-box.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new random key, as a text for `aesSecretBox`. */
export const newSecretKey = (): string => randomBytes(KEY_BYTES).toString('base64url');

/**
 * Encrypts with AES-256 in GCM (NIST SP 800-38D), with a random nonce for each text.
 * @param keyText 32 bytes in base64url.
 * @throws Error if the key has another length.
 */
export function aesSecretBox(keyText: string): SecretBox {
  const key = Buffer.from(keyText, 'base64url');
  if (key.length !== KEY_BYTES) throw new Error(`must be ${KEY_BYTES} bytes in base64url`);
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString('base64url');
    },
    open(sealedText, context) {
      const sealed = Buffer.from(sealedText, 'base64url');
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const text = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    },
  };
}
