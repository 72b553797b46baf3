import * as v from 'valibot';
import type { Idempotency } from '../../domain/idempotency.ts';
import { unauthenticated } from '../../ports/errors.ts';
import type { Caller, Scope } from '../../ports/tokens/token-verifier.ts';
import { insufficientScope, RequestError } from '../errors.ts';
import type { ObjectSchema, Ports, UseCase } from '../use-case.ts';
import { isIdCheck } from '../wire/fields.ts';
import { refuseHostileJson } from './hostile-json.ts';
import { InFlightRequests, idempotencyOf } from './idempotency.ts';
import { inputIssues } from './input-issues.ts';
import { limitedPorts } from './limited-ports.ts';

/** A request as a transport passes it on. Its input is not checked yet. */
export interface Request {
  readonly caller: Caller;
  readonly input: object;
  readonly idempotencyKey?: string | null;
  /** Aborted when the client has disconnected. Nobody needs the result then. */
  readonly clientGone?: AbortSignal | null;
}

export type Dispatch = <Input extends ObjectSchema, Output extends ObjectSchema>(
  useCase: UseCase<Input, Output>,
  request: Request,
) => Promise<v.InferOutput<Output>>;

/**
 * Creates the function that runs use cases, for every transport. It checks the scope, then the input, then
 * whether the request repeats an earlier one, and then runs the use case.
 * @param shuttingDown aborted when the process is about to stop; waits then return at once.
 */
export function createDispatch(ports: Ports, shuttingDown: AbortSignal): Dispatch {
  const inFlight = new InFlightRequests();
  return async (useCase, { caller, input: rawInput, idempotencyKey, clientGone = null }) => {
    // The token may have expired, or been revoked, since it was checked: a body may take minutes to arrive.
    if (caller.life?.hasEnded) throw unauthenticated(new Error('The token ended while the request came in'));
    requireScope(useCase.scopes, caller);
    const input = checkInput(useCase.input, rawInput);
    const onlyInstance = caller.agentInstanceId ?? null;
    const run = (idempotency: Idempotency | null) =>
      useCase.run(onlyInstance === null ? ports : limitedPorts(ports, onlyInstance), {
        caller,
        input,
        idempotency,
        clientGone,
        shuttingDown,
      });
    if (idempotencyKey == null) return run(null);
    const identity = { useCase: useCase.name, input: rawInput, onlyInstance, requestedAt: ports.clock.now() };
    const idempotency = idempotencyOf(idempotencyKey, identity);
    return inFlight.run(caller, idempotency, () => run(idempotency));
  };
}

/**
 * Checks that the caller has one of the needed scopes. If the list is empty, every caller passes.
 * @throws RequestError `insufficient_scope`
 */
export function requireScope(neededScopes: readonly Scope[], { scopes }: Caller): void {
  if (neededScopes.length > 0 && !neededScopes.some((scope) => scopes.includes(scope)))
    throw insufficientScope(neededScopes);
}

/**
 * Parses the input of a use case.
 * @throws RequestError `invalid_id` if only ids are wrong, else `invalid_input`; also the errors of
 * `refuseHostileJson`.
 */
export function checkInput<Schema extends ObjectSchema>(
  schema: Schema,
  rawInput: object,
): v.InferOutput<Schema> {
  refuseHostileJson(rawInput);
  return parseInput(schema, rawInput);
}

function parseInput<Schema extends ObjectSchema>(schema: Schema, rawInput: object): v.InferOutput<Schema> {
  const result = v.safeParse(schema, rawInput);
  if (result.success) return result.output;
  const issues = inputIssues(result.issues);
  const hasOnlyIdIssues = result.issues.every(({ requirement }) => isIdCheck(requirement));
  const summary = issues.map(({ path, message }) => `${path || 'input'}: ${message}`).join('; ');
  throw new RequestError(hasOnlyIdIssues ? 'invalid_id' : 'invalid_input', summary, issues);
}
