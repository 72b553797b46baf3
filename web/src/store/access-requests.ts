import type { AccessRequest } from '../model/wire.ts';
import { request } from '../server/request.ts';

/** Identifies what a program asks for: a request of this browser, or the code that another device shows. */
export type AccessRequestKey = { readonly id: string } | { readonly code: string };

const pathOf = (key: AccessRequestKey): string =>
  'id' in key
    ? `/access-requests/${encodeURIComponent(key.id)}`
    : `/device-codes/${encodeURIComponent(key.code)}`;

/** @throws RequestError if there is no such request, or it was decided before */
export const readAccessRequest = (key: AccessRequestKey): Promise<AccessRequest> =>
  request<AccessRequest>('GET', pathOf(key));

/**
 * Lets the program in, or not. The browser then goes on to the program, if it has an address.
 * @throws RequestError if there is no such request, or it was decided before
 */
export async function decideAccessRequest(key: AccessRequestKey, allow: boolean): Promise<void> {
  const { redirect_to } = await request<{ redirect_to: string | null }>('POST', pathOf(key), {
    body: { allow },
  });
  if (redirect_to !== null) location.replace(redirect_to);
}
