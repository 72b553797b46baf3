/** The channels of the proof. Each user has one destination of each. */
export const CHANNELS = ['ntfy', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a receiver has accepted. */
export interface Arrival {
  readonly channel: Channel;
  /** The id of the notification, which is that of its question. */
  readonly id: string;
  /** A question, or what takes it back. */
  readonly work: 'asked' | 'over';
  /** When the request came, by `Date.now()`. */
  readonly at: number;
  /** Whether the sender got no response: the receiver hung up, or the sender was gone. */
  readonly isUnanswered: boolean;
  /** The addresses that answer the question. */
  readonly answerUrls: readonly string[];
}

/** Everything that the receivers have accepted, in order. */
export class Arrivals {
  readonly all: Arrival[] = [];
  readonly #asked = new Map<string, { readonly channels: Set<Channel>; readonly all: () => void }>();
  readonly #complete = new Map<string, Promise<void>>();

  add(arrival: Arrival): void {
    this.all.push(arrival);
    if (arrival.work !== 'asked') return;
    void this.untilAsked(arrival.id);
    const { channels, all } = this.#asked.get(arrival.id)!;
    channels.add(arrival.channel);
    if (channels.size === CHANNELS.length) all();
  }

  /** Resolves when a question has arrived through all channels. */
  untilAsked(id: string): Promise<void> {
    const known = this.#complete.get(id);
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#complete.set(id, promise);
    this.#asked.set(id, { channels: new Set(), all: resolve });
    return promise;
  }

  /** Returns the addresses that answer a question, as the channel got them last. */
  answerUrlsOf(id: string, channel: Channel): readonly string[] {
    const last = this.all.findLast(
      (arrival) => arrival.id === id && arrival.channel === channel && arrival.work === 'asked',
    );
    return last?.answerUrls ?? [];
  }
}
