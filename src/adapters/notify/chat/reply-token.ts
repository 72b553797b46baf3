import { createHmac } from 'node:crypto';

/**
 * Returns the token by which a reply in this place answers. Each process of the server finds it again, and
 * nobody else can: the token would also answer over the links in other notices.
 * @param secret what only the server and the service know.
 */
export const replyToken = (secret: string, place: string): string =>
  createHmac('sha256', secret).update(place).digest('base64url');
