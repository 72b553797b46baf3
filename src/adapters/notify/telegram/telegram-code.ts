import { createHmac, timingSafeEqual } from 'node:crypto';
import { DeliveryError } from '../../../ports/notifier.ts';

/** 128 bits of an HMAC: 22 characters of base64url. */
const PROOF_LENGTH = 22;
const CODE = new RegExp(`^(-?\\d{1,20})-([A-Za-z0-9_-]{${PROOF_LENGTH}})$`);

/** Returns the code that proves that its holder can read a chat. The bot says it only there. */
export const codeOfChat = (token: string, chat: number): string => `${chat}-${proofOf(token, String(chat))}`;

/**
 * Returns the chat that a code is for.
 * @throws DeliveryError if the code is not from this bot.
 */
export function chatOfCode(token: string, code: unknown): number {
  const [, chat, proof] = CODE.exec(String(code ?? '').trim()) ?? [];
  if (chat === undefined || proof === undefined)
    throw new DeliveryError('This is not a code. Send /start to the bot, and paste all of its code', {
      isFinal: true,
    });
  if (!timingSafeEqual(Buffer.from(proof), Buffer.from(proofOf(token, chat))))
    throw new DeliveryError('This code is not from this bot. Send /start to it, and paste the new code', {
      isFinal: true,
    });
  return Number(chat);
}

const proofOf = (token: string, chat: string): string =>
  createHmac('sha256', token)
    .update(`agent dashboard: link chat ${chat}`)
    .digest('base64url')
    .slice(0, PROOF_LENGTH);
