import type { Context } from 'koa';
import type * as v from 'valibot';
import type { ObjectSchema, UseCase } from '../../../application/use-case.ts';
import * as useCases from '../../../application/use-cases/index.ts';
import type { ProblemOverrides } from '../http/problem.ts';

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
  /** The one field of the use case's output that is answered; absent: all of it, as it stands. */
  readonly answerField?: keyof v.InferOutput<Output> & string;
  /** Where the page after this one begins, for a Link header; null: this one is the last. */
  nextCursor?(output: v.InferOutput<Output>): string | null;
  /** Reading changes nothing: HEAD may do it, too. */
  readonly isSafe: boolean;
  /** The answer may be held back: whether the client is still there matters. */
  readonly mayWait: boolean;
  readonly problemOverrides: ProblemOverrides;
  /** What the API's description calls it where another row has the same use case. */
  readonly operationId?: string;
}

const DEFAULTS = {
  bodyLimit: BODY_LIMIT,
  status: 200,
  isSafe: false,
  mayWait: false,
  problemOverrides: {},
} as const satisfies Partial<Route>;

const defineRoute = <Output extends ObjectSchema>(
  row: Omit<Route<Output>, keyof typeof DEFAULTS> & Partial<Route<Output>>,
): Route => ({ ...DEFAULTS, ...row });

const fromBody = (_ctx: Context, body: object): object => body;

const nothing = (): object => ({});

/** A decimal number; other text stays what it is, for validation to refuse. */
const NUMERIC = /^-?\d+(\.\d+)?$/;

const NUMBERS = ['wait', 'limit', 'message_limit'] as const;

/** Query values are text, and a repeated one is a list; only these mean a number. */
function fromQuery({ query }: Context): object {
  const input: { [name: string]: unknown } = { ...query };
  for (const name of NUMBERS) {
    const text = query[name];
    if (typeof text === 'string' && NUMERIC.test(text)) input[name] = Number(text);
  }
  return input;
}

/** What the query or the body says, of the instance that the path names. */
const ofInstance = (ctx: Context, said: object): object => ({
  ...said,
  agent_instance_id: ctx.params.agent_instance_id,
});

/** Existing clients expect 400 where an instance they name in a body or query does not exist. */
const UNKNOWN_INSTANCE = { agent_instance_not_found: { status: 400 } } as const;

const PENDING = {
  path: '/messages/pending',
  useCase: useCases.readPendingMessages,
  mayWait: true,
  problems: UNKNOWN_INSTANCE,
} as const;

const INSTANCES = {
  method: 'GET',
  useCase: useCases.listAgentInstances,
  body: 'none',
  isSafe: true,
  answerField: 'agent_instances',
  nextCursor: ({ next_cursor }) => next_cursor,
} as const satisfies Partial<Route<typeof useCases.listAgentInstances.output>>;

const INSTANCE = '/agent-instances/:agent_instance_id';

/** What agents use. */
const AGENT_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/messages/agent',
    useCase: useCases.sendAgentMessage,
    input: fromBody,
    body: 'needed',
    bodyLimit: AGENT_MESSAGE_LIMIT,
  }),
  defineRoute({ method: 'GET', input: fromQuery, body: 'none', ...PENDING }),
  defineRoute({ method: 'POST', input: fromBody, body: 'needed', operationId: 'take_pending_messages', ...PENDING }),
  defineRoute({
    method: 'PATCH',
    path: '/messages/:message_id/request-input',
    useCase: useCases.requestUserInput,
    input: (ctx, body) => ({ ...body, message_id: ctx.params.message_id }),
    body: 'optional',
  }),
  defineRoute({
    method: 'POST',
    path: '/messages/user',
    useCase: useCases.sendUserMessage,
    input: fromBody,
    body: 'needed',
    problemOverrides: UNKNOWN_INSTANCE,
  }),
  defineRoute({
    method: 'POST',
    path: '/sessions/end',
    useCase: useCases.endSession,
    input: fromBody,
    body: 'needed',
    problemOverrides: UNKNOWN_INSTANCE,
  }),
  defineRoute({
    method: 'POST',
    path: '/agent-instances',
    useCase: useCases.startAgentInstance,
    input: fromBody,
    body: 'needed',
    status: 201,
    problemOverrides: { invalid_id: { status: 400, detail: 'Invalid agent_instance_id' } },
  }),
  defineRoute({
    method: 'POST',
    path: '/agents/instances/:agent_instance_id/heartbeat',
    useCase: useCases.heartbeat,
    input: ofInstance,
    body: 'optional',
  }),
  defineRoute({
    method: 'GET',
    path: '/auth/verify',
    useCase: useCases.verifyToken,
    input: nothing,
    body: 'none',
    isSafe: true,
  }),
  defineRoute({
    method: 'POST',
    path: '/api-keys',
    useCase: useCases.createApiKey,
    input: fromBody,
    body: 'needed',
    status: 201,
  }),
  defineRoute({
    method: 'GET',
    path: '/api-keys',
    useCase: useCases.listApiKeys,
    input: nothing,
    body: 'none',
    isSafe: true,
    answerField: 'api_keys',
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api-keys/:id',
    useCase: useCases.revokeApiKey,
    input: (ctx) => ({ id: ctx.params.id }),
    body: 'none',
    status: 204,
  }),
];

/** What people use. */
const DASHBOARD_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/agent-summary',
    useCase: useCases.readAgentSummary,
    input: nothing,
    body: 'none',
    isSafe: true,
  }),
  defineRoute({
    method: 'GET',
    path: '/agent-types',
    useCase: useCases.listAgentTypes,
    input: nothing,
    body: 'none',
    isSafe: true,
    answerField: 'agent_types',
  }),
  defineRoute({ path: '/agent-instances', input: fromQuery, ...INSTANCES }),
  defineRoute({
    path: '/agent-types/:agent_type_id/instances',
    operationId: 'list_instances_of_agent_type',
    input: (ctx) => ({ ...fromQuery(ctx), agent_type_id: ctx.params.agent_type_id }),
    ...INSTANCES,
  }),
  defineRoute({
    method: 'GET',
    path: INSTANCE,
    useCase: useCases.readAgentInstance,
    input: (ctx) => ofInstance(ctx, fromQuery(ctx)),
    body: 'none',
    isSafe: true,
  }),
  defineRoute({
    method: 'GET',
    path: `${INSTANCE}/messages`,
    useCase: useCases.listMessages,
    input: (ctx) => ofInstance(ctx, fromQuery(ctx)),
    body: 'none',
    isSafe: true,
    answerField: 'messages',
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE}/messages`,
    useCase: useCases.writeToAgent,
    input: ofInstance,
    body: 'needed',
  }),
  defineRoute({
    method: 'PUT',
    path: `${INSTANCE}/status`,
    useCase: useCases.setInstanceStatus,
    input: ofInstance,
    body: 'needed',
  }),
  defineRoute({
    method: 'PATCH',
    path: INSTANCE,
    useCase: useCases.renameAgentInstance,
    input: ofInstance,
    body: 'needed',
  }),
  defineRoute({
    method: 'DELETE',
    path: INSTANCE,
    useCase: useCases.deleteAgentInstance,
    input: ofInstance,
    body: 'none',
    status: 204,
  }),
  defineRoute({
    method: 'POST',
    path: `${INSTANCE}/restore`,
    useCase: useCases.restoreAgentInstance,
    input: ofInstance,
    body: 'optional',
  }),
];

/** What people do with all that is theirs. */
const ACCOUNT_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'DELETE',
    path: '/account',
    useCase: useCases.deleteAccount,
    input: fromBody,
    body: 'needed',
  }),
];

/** The whole REST API. */
export const ROUTES: readonly Route[] = [...AGENT_ROUTES, ...DASHBOARD_ROUTES, ...ACCOUNT_ROUTES];
