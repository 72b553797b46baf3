import type { Context } from 'koa';
import * as v from 'valibot';
import { requireScope } from '../../../application/dispatch/dispatch.ts';
import { RequestError } from '../../../application/errors.ts';
import { type GivenWireContext, givenContext } from '../../../application/wire/agent-context.ts';
import type { Caller, Scope } from '../../../ports/tokens/token-verifier.ts';
import { readJsonObject } from '../body/json-body.ts';
import { clientGoneSignal } from '../http/client-gone.ts';
import { exchangeOf } from '../http/exchange.ts';
import { notFound } from '../http/http-error.ts';
import { BASE_PATH } from './route.ts';

export const STEP_CHOICES = ['all', 'edits', 'none'] as const;

export interface HookRequest {
  readonly caller: Caller;
  readonly clientGone: AbortSignal;
  readonly steps: (typeof STEP_CHOICES)[number];
  /** How long the agent waits for this hook; null: as long as it does by default. */
  readonly timeoutSeconds: number | null;
  /** Whether the end of a turn waits for what the person writes next. */
  readonly stay: boolean;
  /** What the sender says about where the agent runs; null: nothing. */
  readonly context: GivenWireContext | null;
}

/** Takes the events that coding agents send to their hooks. */
export interface HookReceiver {
  /** The names of the agents whose events are understood. */
  readonly agents: readonly string[];
  /** Returns the body of the answer, in the form that the agent expects. */
  receive(agent: string, body: object, request: HookRequest): Promise<object>;
}

export const HOOK_PATH = '/hooks/:agent';
export const MAX_EVENT_BYTES = 2 * 1024 * 1024;
export const MAX_TIMEOUT_SECONDS = 86_400;

export const HOOK_SCOPES: readonly Scope[] = ['agent'];
const ROUTE = { problemOverrides: {}, useCase: { scopes: HOOK_SCOPES } } as const;

const QUERY = v.object({
  steps: v.optional(v.picklist(STEP_CHOICES, 'must be all, edits or none'), 'all'),
  timeout: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,5}$/, 'must be 1 to 86400 seconds'),
      v.transform(Number),
      v.minValue(1, 'must be 1 to 86400 seconds'),
      v.maxValue(MAX_TIMEOUT_SECONDS, 'must be 1 to 86400 seconds'),
    ),
  ),
  stay: v.optional(v.picklist(['true', 'false'], 'must be true or false'), 'false'),
});

/** The header in which the sender of an event says where the agent runs. The body is the agent's own. */
export const CONTEXT_HEADER = 'Agent-Context';

const CONTEXT = v.pipe(
  v.string(),
  v.parseJson(undefined, 'must be JSON'),
  v.check((value) => typeof value === 'object' && !Array.isArray(value), 'must be a JSON object'),
  givenContext,
);

/**
 * Creates the handler of events. It answers in the form of the agent, and stays open while the person
 * decides. It needs a current exchange whose caller is set.
 */
export function hookHandler(hooks: HookReceiver): (ctx: Context) => Promise<void> {
  return async (ctx) => {
    const exchange = exchangeOf(ctx);
    exchange.route = ROUTE;
    exchange.routePath = BASE_PATH + HOOK_PATH;
    const caller = exchange.caller!;
    requireScope(HOOK_SCOPES, caller);
    const { agent } = ctx.params as { readonly agent: string };
    if (!hooks.agents.includes(agent))
      throw notFound(`There is no such agent here. The agents are ${hooks.agents.join(', ')}`);
    const { steps, timeout = null, stay } = readQuery(ctx.query);
    const context = readContextHeader(ctx.get(CONTEXT_HEADER));
    const body = await readJsonObject(ctx, { maxBytes: MAX_EVENT_BYTES, cutField: null, mayBeEmpty: false });
    const clientGone = clientGoneSignal(ctx.res);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Type', 'application/json; charset=utf-8');
    using early = new EarlyResponse(ctx);
    const answer = await hooks.receive(agent, body, {
      caller,
      clientGone,
      steps,
      timeoutSeconds: timeout,
      stay: stay === 'true',
      context,
    });
    early.finish(JSON.stringify(answer));
  };
}

const FIRST_BYTE_MS = 1_000;
const KEEP_ALIVE_MS = 15_000;

/**
 * Begins the response while the person decides, with spaces in front of the JSON. Programs and proxies give
 * up a connection on which nothing arrives for a minute or some.
 */
class EarlyResponse implements Disposable {
  readonly #ctx: Context;
  #timer: NodeJS.Timeout;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.#timer = setTimeout(() => this.#begin(), FIRST_BYTE_MS);
  }

  finish(body: string): void {
    const { res } = this.#ctx;
    if (!this.#ctx.headerSent) this.#ctx.body = body;
    else if (!res.closed) res.end(body);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #begin(): void {
    const { res } = this.#ctx;
    // Without this, Koa would write to the response as well.
    this.#ctx.respond = false;
    this.#ctx.set('X-Accel-Buffering', 'no');
    res.statusCode = 200;
    const writeSpace = () => res.closed || res.write(' ');
    writeSpace();
    this.#timer = setInterval(writeSpace, KEEP_ALIVE_MS);
  }
}

function readQuery(query: object): v.InferOutput<typeof QUERY> {
  const result = v.safeParse(QUERY, query);
  if (result.success) return result.output;
  throw invalidInput(
    result.issues.map((issue) => ({
      path: v.getDotPath(issue) ?? '',
      message: issue.type === 'string' ? 'must be given once' : issue.message,
    })),
  );
}

function readContextHeader(header: string): GivenWireContext | null {
  if (header === '') return null;
  const result = v.safeParse(CONTEXT, header);
  if (result.success) return result.output;
  throw invalidInput(
    result.issues.map((issue) => ({
      path: [CONTEXT_HEADER, v.getDotPath(issue)].filter((part) => part !== null).join('.'),
      message: issue.message,
    })),
  );
}

function invalidInput(issues: readonly { readonly path: string; readonly message: string }[]): RequestError {
  const summary = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new RequestError('invalid_input', summary, issues);
}
