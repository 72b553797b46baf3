import type { Context } from 'koa';
import type * as v from 'valibot';
import type { ObjectSchema, UseCase } from '../../../application/use-case.ts';
import type { CutRules } from '../body/field-cutter.ts';
import type { ProblemOverrides } from '../http/problem.ts';
import type { NextPage } from './next-page-link.ts';

export const BASE_PATH = '/api/v1';

/**
 * What an error response depends on, for a route that sends a stream. Such a route has no use case, so its
 * scope stands here.
 */
export const ROUTE_FOR_ERRORS = { problemOverrides: {}, useCase: { scopes: ['dashboard'] } } as const;

const MEGABYTE = 1024 * 1024;

/** One route of the REST API: its use case, and how an HTTP request becomes the input of the use case. */
export interface Route<Output extends ObjectSchema = ObjectSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to `BASE_PATH`; `:name` is a path parameter. */
  readonly path: string;
  readonly useCase: UseCase<ObjectSchema, Output>;
  /** Builds the unvalidated input. Path parameters come last, so that a body cannot override them. */
  readonly input: (ctx: Context, body: object) => object;
  /**
   * `none`: the body is not read. `optional`: it is empty or a JSON object. `needed`: it is a JSON object.
   */
  readonly body: 'none' | 'optional' | 'needed';
  /** The largest body in bytes, after inflating. */
  readonly bodyLimit: number;
  /** A field whose end is dropped if the body would be too large because of it. */
  readonly cutField: CutRules | null;
  /** The status of a success. With 204 the output of the use case is not sent. */
  readonly status: 200 | 201 | 202 | 204;
  /** The field of the use case's output that becomes the response body. Absent: the whole output. */
  readonly responseField?: keyof v.InferOutput<Output> & string;
  /** Returns what the Link header to the next page needs, or null on the last page. */
  nextPage?(output: v.InferOutput<Output>): NextPage | null;
  /** Whether the request changes nothing (a safe method in RFC 9110). Then HEAD is allowed too. */
  readonly isSafe: boolean;
  /**
   * Whether the use case needs to know when the client disconnects: a wait then ends, and nothing is handed
   * over to nobody.
   */
  readonly needsClientGone: boolean;
  /**
   * Whether a person's browser must have signed in within the last hour. For what cannot be taken back, so
   * that an unattended or stolen session is worth less.
   */
  readonly needsRecentSignIn: boolean;
  readonly problemOverrides: ProblemOverrides;
  /**
   * The operation's id in the OpenAPI document. Absent: the use case's name. If two routes share a use case,
   * one of them must set it.
   */
  readonly operationId?: string;
}

const DEFAULTS = {
  bodyLimit: 2 * MEGABYTE,
  cutField: null,
  status: 200,
  isSafe: false,
  needsClientGone: false,
  needsRecentSignIn: false,
  problemOverrides: {},
} as const satisfies Partial<Route>;

/**
 * The body limit of the route for agent messages. It is larger, because a message may come with a git diff.
 */
export const MAX_AGENT_MESSAGE_BYTES = 16 * MEGABYTE;

/**
 * What is read of a git diff in a body that is too large because of it. A diff is never a reason to lose a
 * message. The use case cuts it to 1 MiB, of which each character may be written as eight bytes: in base64,
 * four for three, and each of them as `\u0041`.
 */
export const CUT_GIT_DIFF: CutRules = { name: 'git_diff', keptBytes: 9 * MEGABYTE };

/** Adds the defaults to a row of the route table. */
export const defineRoute = <Output extends ObjectSchema>(
  row: Omit<Route<Output>, keyof typeof DEFAULTS> & Partial<Route<Output>>,
): Route => ({ ...DEFAULTS, ...row });
