import { BASE_PATH, type Route } from '../../../../src/adapters/koa/rest/route.ts';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import type { SendRequest } from '../fixture/compare-responses.ts';
import { recordResponse } from '../fixture/normalise-response.ts';
import { tokenOf } from '../fixture/tenant-server.ts';
import { type ForeignIdCase, inputOf } from './foreign-id-cases.ts';

type Fields = { readonly [field: string]: unknown };

/** Calls a route with the ids of a case. */
export const restRequest =
  (
    url: string,
    route: Route,
    foreignIdCase: ForeignIdCase,
    idempotencyKey: string | null = null,
  ): SendRequest =>
  async (tenant, ids) => [
    await recordResponse(
      await fetchDescribed(
        ...requestOf(url, route, inputOf(foreignIdCase, ids, tenant), tokenOf(tenant.userId), idempotencyKey),
      ),
    ),
  ];

/** Puts each field where the route expects it: in the path, then in the query or the body. */
function requestOf(
  url: string,
  { method, path, body }: Route,
  input: Fields,
  token: string,
  idempotencyKey: string | null,
): [string, RequestInit] {
  const inPath = pathFields(path);
  const filledPath = path.replaceAll(/:(\w+)/g, (_, field: string) =>
    encodeURIComponent(String(input[field])),
  );
  const otherFields = Object.entries(input).filter(([field]) => !inPath.includes(field));
  const query = new URLSearchParams(
    otherFields.map(([field, value]): [string, string] => [field, String(value)]),
  );
  const address = `${url}${BASE_PATH}${filledPath}`;
  const headers = {
    authorization: `Bearer ${token}`,
    ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
  };
  if (body === 'none') return [`${address}?${query}`, { method, headers }];
  return [
    address,
    {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(otherFields)),
    },
  ];
}

export const pathFields = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, field]) => field!);
