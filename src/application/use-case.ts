import type * as v from 'valibot';
import type { Idempotency } from '../domain/idempotency.ts';
import type { Clock, Ids } from '../ports/runtime.ts';
import type { Signals } from '../ports/signals/signals.ts';
import type { Store } from '../ports/store.ts';
import type { TokenIssuer } from '../ports/tokens/token-issuer.ts';
import type { Caller, Scope } from '../ports/tokens/token-verifier.ts';
import type { ErrorCode } from './errors.ts';
import type { NotificationPorts } from './notifications/notification-ports.ts';
import type { DeadlineAnnouncements } from './waiting/deadline-announcements.ts';
import type { OpenWaits } from './waiting/open-waits.ts';

/**
 * What use cases need from outside: the parts of the store that they read and write, and what the process
 * provides.
 */
export interface Ports extends Pick<Store, 'repository' | 'queries' | 'apiKeys' | 'removal'> {
  readonly signals: Signals;
  /** Makes tokens; null if another system makes the tokens. */
  readonly issuer: TokenIssuer | null;
  /** The open waits of this process. */
  readonly waits: OpenWaits;
  /** Told of each deadline that is saved. */
  readonly deadlines: DeadlineAnnouncements;
  /** Absent or null if this server notifies nobody. */
  readonly notificationPorts?: NotificationPorts | null;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The settings that use cases need. The operator of a server chooses them. */
export interface Settings {
  /** The silence after which an active instance shows as STALE. */
  readonly staleAfterSeconds: number;
}

export const DEFAULT_SETTINGS: Settings = { staleAfterSeconds: 300 };

/** One request to one use case, with its checked input. */
export interface Call<Input> {
  readonly caller: Caller;
  readonly input: Input;
  readonly idempotency: Idempotency | null;
  /** Aborted when the client has disconnected; null if that cannot be detected. */
  readonly clientGone: AbortSignal | null;
  /** Aborted when the process is about to stop: a wait then returns its current result at once. */
  readonly shuttingDown: AbortSignal;
}

// biome-ignore lint/suspicious/noExplicitAny: the bounds of an object schema, whatever its entries
export type ObjectSchema = v.GenericSchema<any, { [key: string]: unknown }>;

/**
 * One thing that the product does, defined once. A REST route and an MCP tool are table rows that refer to
 * it. Its schemas describe the JSON that clients send and receive; they have no transforms, so that they
 * convert to JSON Schema.
 */
export interface UseCase<
  Input extends ObjectSchema = ObjectSchema,
  Output extends ObjectSchema = ObjectSchema,
> {
  readonly name: string;
  /** Says in one line what the use case does, for readers of the API. */
  readonly summary: string;
  /** The error codes that the use case can fail with, besides those with which any request can fail. */
  readonly errorCodes: readonly ErrorCode[];
  /** The token needs one of these scopes. If the list is empty, every valid token may run the use case. */
  readonly scopes: readonly Scope[];
  readonly input: Input;
  readonly output: Output;
  run(ports: Ports, call: Call<v.InferOutput<Input>>): Promise<v.InferOutput<Output>>;
}

/** Infers a use case's input and output from its schemas. */
export const defineUseCase = <Input extends ObjectSchema, Output extends ObjectSchema>(
  useCase: UseCase<Input, Output>,
): UseCase<Input, Output> => useCase;
