import type { Context } from 'koa';
import type * as v from 'valibot';
import type { ObjectSchema, UseCase } from '../../application/use-case.ts';
import * as useCases from '../../application/use-cases/index.ts';
import type { ProblemOverrides } from './problem.ts';

export const BASE_PATH = '/api/v1';

const MEGABYTE = 1024 * 1024;
const BODY_LIMIT = 2 * MEGABYTE;
const AGENT_MESSAGE_LIMIT = 16 * MEGABYTE;

/** One call of the REST API: a use case, and how HTTP reaches it. */
export interface Route<Output extends ObjectSchema = ObjectSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly useCase: UseCase<ObjectSchema, Output>;
  /** Builds the raw input. Path parameters come last, so that a body cannot override them. */
  readonly input: (ctx: Context, body: object) => object;
  /** `none`: a body is left unread. `optional`: one that is sent must be a JSON object all the same. */
  readonly body: 'none' | 'optional' | 'needed';
  readonly bodyLimit: number;
  /** 204: all is said with it, and what the use case puts out is not. */
  readonly status: 200 | 201 | 204;
  /** What is answered of the use case's output; absent: all of it, as it stands. */
  answer?(output: v.InferOutput<Output>): unknown;
  /** Where the page after this one begins, for a Link header; null: this one is the last. */
  nextCursor?(output: v.InferOutput<Output>): string | null;
  /** Reading changes nothing: HEAD may do it, too. */
  readonly safe: boolean;
  /** The answer may be held back: whether the client is still there matters. */
  readonly mayWait: boolean;
  readonly problems: ProblemOverrides;
}

const DEFAULTS = {
  bodyLimit: BODY_LIMIT,
  status: 200,
  safe: false,
  mayWait: false,
  problems: {},
} as const satisfies Partial<Route>;

const route = <Output extends ObjectSchema>(
  row: Omit<Route<Output>, keyof typeof DEFAULTS> & Partial<Route<Output>>,
): Route => ({ ...DEFAULTS, ...row });

const fromBody = (_ctx: Context, body: object): object => body;

const nothing = (): object => ({});

/** A decimal number; other text stays what it is, for validation to refuse. */
const NUMERIC = /^-?\d+(\.\d+)?$/;

/** Query values are text, and a repeated one is a list; `wait` alone means a number. */
function fromQuery({ query }: Context): object {
  const { wait } = query;
  return typeof wait === 'string' && NUMERIC.test(wait) ? { ...query, wait: Number(wait) } : query;
}

/** Existing clients expect 400 where an instance they name in a body or query does not exist. */
const UNKNOWN_INSTANCE = { agent_instance_not_found: { status: 400 } } as const;

const PENDING = {
  path: '/messages/pending',
  useCase: useCases.readPendingMessages,
  mayWait: true,
  problems: UNKNOWN_INSTANCE,
} as const;

/** The whole REST API. */
export const ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    path: '/messages/agent',
    useCase: useCases.sendAgentMessage,
    input: fromBody,
    body: 'needed',
    bodyLimit: AGENT_MESSAGE_LIMIT,
  }),
  route({ method: 'GET', input: fromQuery, body: 'none', ...PENDING }),
  route({ method: 'POST', input: fromBody, body: 'needed', ...PENDING }),
  route({
    method: 'PATCH',
    path: '/messages/:message_id/request-input',
    useCase: useCases.requestUserInput,
    input: (ctx, body) => ({ ...body, message_id: ctx.params.message_id }),
    body: 'optional',
  }),
  route({
    method: 'POST',
    path: '/messages/user',
    useCase: useCases.sendUserMessage,
    input: fromBody,
    body: 'needed',
    problems: UNKNOWN_INSTANCE,
  }),
  route({
    method: 'POST',
    path: '/sessions/end',
    useCase: useCases.endSession,
    input: fromBody,
    body: 'needed',
    problems: UNKNOWN_INSTANCE,
  }),
  route({
    method: 'POST',
    path: '/agent-instances',
    useCase: useCases.startAgentInstance,
    input: fromBody,
    body: 'needed',
    status: 201,
    problems: { invalid_id: { status: 400, detail: 'Invalid agent_instance_id' } },
  }),
  route({
    method: 'POST',
    path: '/agents/instances/:agent_instance_id/heartbeat',
    useCase: useCases.heartbeat,
    input: (ctx, body) => ({ ...body, agent_instance_id: ctx.params.agent_instance_id }),
    body: 'optional',
  }),
  route({
    method: 'GET',
    path: '/auth/verify',
    useCase: useCases.verifyToken,
    input: nothing,
    body: 'none',
    safe: true,
  }),
  route({
    method: 'POST',
    path: '/api-keys',
    useCase: useCases.createApiKey,
    input: fromBody,
    body: 'needed',
    status: 201,
  }),
  route({
    method: 'GET',
    path: '/api-keys',
    useCase: useCases.listApiKeys,
    input: nothing,
    body: 'none',
    safe: true,
    answer: ({ api_keys }) => api_keys,
  }),
  route({
    method: 'DELETE',
    path: '/api-keys/:id',
    useCase: useCases.revokeApiKey,
    input: (ctx) => ({ id: ctx.params.id }),
    body: 'none',
    status: 204,
  }),
];
