import type { FormAnswer } from '../../domain/question/form.ts';
import type { Notifier } from '../../ports/notifier.ts';

/** What the service behind the channel, or its stand-in, does with deliveries. */
export type ServiceState =
  /** It accepts them. */
  | 'works'
  /** Nothing listens at its address. */
  | 'unreachable'
  /** It says that something broke inside it, for example with HTTP status 500. */
  | 'broken'
  /** It takes the connection and never answers. */
  | 'silent'
  /** It says that the address is wrong or no longer exists, for example with HTTP status 410. */
  | 'refuses';

/** One delivery as it arrived at the service, or one change of an earlier delivery. */
export interface Arrival {
  /** By this, the receiver recognises a repetition: the same whenever the same notice is delivered. */
  readonly id: string;
  /** Everything that the person or program reads, joined. Empty if the notification was taken away. */
  readonly text: string;
  /** Where the person gets to by opening the notification; null if it leads nowhere. */
  readonly url: string | null;
  /** The labels of what can be tapped to answer, in order. */
  readonly answers: readonly string[];
}

/** A channel under test, and the service behind it. */
export interface OpenNotifier {
  readonly notifier: Notifier;
  /** Settings of a destination at this service. Each secret field has a value of at least 8 characters. */
  readonly settings: FormAnswer;
  /** Everything that has arrived, in order. */
  arrivals(): Promise<readonly Arrival[]>;
  close(): Promise<void>;
}

/** Opens a channel whose service is in this state. */
export type OpenNotifierIn = (state: ServiceState) => Promise<OpenNotifier>;
