import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import * as v from 'valibot';
import { checkInput } from '../../../../application/dispatch/dispatch.ts';
import { insufficientScope } from '../../../../application/errors.ts';
import { accessRequestNotFound } from '../../../../domain/errors.ts';
import type { UserId } from '../../../../domain/ids.ts';
import type { Caller, Scope } from '../../../../ports/tokens/token-verifier.ts';
import { type IdentifyCallerOptions, identifyCaller } from '../../access/identify-caller.ts';
import { readJsonObject } from '../../body/json-body.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../../http/exchange.ts';
import { methodNotAllowed } from '../../http/http-error.ts';
import { publicBaseUrl } from '../../http/public-url.ts';
import { BASE_PATH } from '../route.ts';
import { WrongCodes } from './wrong-codes.ts';

/** A request, and the address under which its sender knows the server, without a slash at the end. */
export interface AddressedRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly baseUrl: string;
}

/** What a program asks for, as the person sees it. */
export interface AccessRequest {
  readonly clientId: string;
  readonly clientName: string | null;
  readonly verifiedHost: string | null;
  readonly redirectHost: string | null;
  readonly isLocal: boolean;
  readonly scopes: readonly Scope[];
  readonly isRemembered: boolean;
}

export interface AccessDecision {
  readonly userId: UserId;
  readonly allow: boolean;
}

/**
 * Shows and decides what programs ask for over OAuth. Each method throws the DomainError
 * `access_request_not_found` if there is no such request, or it was decided before.
 */
export interface AccessRequests {
  /** Reads the request of a program that this browser has brought. */
  read(request: AddressedRequest, id: string, userId: UserId): Promise<AccessRequest>;
  /** Returns the address to which the browser has to go on. */
  decide(request: AddressedRequest, id: string, decision: AccessDecision): Promise<string>;
  /** Reads the request of a program on another device, which shows the code. */
  readDevice(request: AddressedRequest, userCode: string): Promise<AccessRequest>;
  decideDevice(request: AddressedRequest, userCode: string, decision: AccessDecision): Promise<void>;
}

export interface AccessRequestOptions extends ExchangeSettings, IdentifyCallerOptions {
  readonly accessRequests: AccessRequests;
}

export const ACCESS_REQUEST_PATH = `${BASE_PATH}/access-requests/:id`;
export const DEVICE_CODE_PATH = `${BASE_PATH}/device-codes/:code`;
export const MAX_DECISION_BYTES = 1024;

const PATH = new RegExp(`^${BASE_PATH}/(access-requests|device-codes)/([^/]+)$`);
const ID = /^[\w-]{8,64}$/;

export const accessRequest = v.object({
  client_id: v.string(),
  client_name: v.pipe(v.nullable(v.string()), v.description('What the program calls itself. Unchecked')),
  verified_host: v.pipe(
    v.nullable(v.string()),
    v.description('The host of its description, which is sure to be its own; null: it has none'),
  ),
  redirect_host: v.pipe(
    v.nullable(v.string()),
    v.description('Where the browser goes after the decision; null: the program is on another device'),
  ),
  is_local: v.pipe(v.boolean(), v.description('Whether the program runs on the computer of the browser')),
  scopes: v.array(v.picklist(['agent', 'dashboard'])),
  is_remembered: v.pipe(
    v.boolean(),
    v.description('Whether the person has allowed as much before, and need not be asked again'),
  ),
});

export const accessDecision = v.object({ allow: v.boolean('must be true or false') });

export const accessDecided = v.object({
  success: v.literal(true),
  redirect_to: v.pipe(v.nullable(v.string()), v.description('The address to which the browser goes on')),
});

/**
 * Lets people decide on the page which programs get tokens over OAuth. A decision is a request of the page,
 * with its session: no link and no form of another site can make one.
 */
export function accessRequestRoutes(options: AccessRequestOptions): Middleware {
  const { accessRequests, publicUrl = null } = options;
  const wrongCodes = new WrongCodes();

  async function handleRequest(ctx: Context): Promise<void> {
    const [, kind, id] = PATH.exec(ctx.path) as unknown as [string, string, string];
    const isDevice = kind === 'device-codes';
    exchangeOf(ctx).routePath = isDevice ? DEVICE_CODE_PATH : ACCESS_REQUEST_PATH;
    const { userId } = await identifyPerson(ctx, options);
    if (!ID.test(id)) throw accessRequestNotFound();
    const request = { req: ctx.req, res: ctx.res, baseUrl: publicBaseUrl(ctx, publicUrl) };
    const readDevice = () => wrongCodes.limit(userId, () => accessRequests.readDevice(request, id));
    const decideDevice = (decision: AccessDecision) =>
      wrongCodes.limit(userId, () => accessRequests.decideDevice(request, id, decision));
    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      const found = isDevice ? await readDevice() : await accessRequests.read(request, id, userId);
      ctx.body = wireAccessRequest(found);
    } else if (ctx.method === 'POST') {
      const body = await readJsonObject(ctx, { maxBytes: MAX_DECISION_BYTES, mayBeEmpty: false });
      const decision = { userId, ...checkInput(accessDecision, body) };
      const address = isDevice
        ? await decideDevice(decision)
        : await accessRequests.decide(request, id, decision);
      ctx.body = { success: true, redirect_to: address ?? null } satisfies v.InferOutput<
        typeof accessDecided
      >;
    } else throw methodNotAllowed('GET, HEAD, POST');
  }

  return (ctx, next) => (PATH.test(ctx.path) ? runExchange(ctx, options, handleRequest) : next());
}

async function identifyPerson(ctx: Context, options: AccessRequestOptions): Promise<Caller> {
  const caller = await identifyCaller(ctx, options);
  if (!caller.scopes.includes('dashboard')) throw insufficientScope(['dashboard']);
  return caller;
}

const wireAccessRequest = (found: AccessRequest): v.InferOutput<typeof accessRequest> => ({
  client_id: found.clientId,
  client_name: found.clientName,
  verified_host: found.verifiedHost,
  redirect_host: found.redirectHost,
  is_local: found.isLocal,
  scopes: [...found.scopes],
  is_remembered: found.isRemembered,
});
