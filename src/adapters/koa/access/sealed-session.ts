import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a browser has signed in with. */
export interface BrowserSession {
  readonly token: string;
  readonly signedInAt: Date;
}

/** A session in two parts. Neither of them is worth anything without the other. */
export interface SealedSession {
  /** For the cookie: 256 random bits. */
  readonly key: string;
  /** For the page: the session, encrypted with the key. */
  readonly sealed: string;
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function sealSession({ token, signedInAt }: BrowserSession): SealedSession {
  const [key, iv] = [randomBytes(KEY_BYTES), randomBytes(IV_BYTES)];
  const cipher = createCipheriv(ALGORITHM, key, iv);
  const text = cipher.update(JSON.stringify([signedInAt.getTime(), token]), 'utf8');
  const sealed = Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()]);
  return { key: key.toString('base64url'), sealed: sealed.toString('base64url') };
}

/** Returns the session; null if the parts do not belong together, or one was changed. */
export function unsealSession({ key, sealed }: SealedSession): BrowserSession | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const tagStart = bytes.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(ALGORITHM, Buffer.from(key, 'base64url'), bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(tagStart));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, tagStart)), decipher.final()]);
    const [signedInAt, token] = JSON.parse(text.toString('utf8')) as [number, string];
    return { token, signedInAt: new Date(signedInAt) };
  } catch {
    return null;
  }
}
