import type { UserId } from '../../../domain/ids.ts';
import type { Situation } from '../../../domain/notification/advance.ts';
import { CALLBACK_CHANNEL } from '../../../domain/notification/callback.ts';
import type { Destination } from '../../../domain/notification/destination.ts';
import { DeliveryPace, type PaceLimits } from './delivery-pace.ts';
import type { DeliveryTask } from './delivery-task.ts';

const MINUTE_MS = 60_000;

/** Nobody reads more, and an agent in a loop must not fill a mailbox or cost a fortune. */
export const LIMITS_OF_PEOPLE: PaceLimits = {
  within: [
    { milliseconds: MINUTE_MS, deliveries: 20 },
    { milliseconds: 60 * MINUTE_MS, deliveries: 200 },
  ],
  running: 5,
};

/** Programs read everything. The limits keep a slow receiver from holding up what others get. */
export const LIMITS_OF_PROGRAMS: PaceLimits = {
  within: [{ milliseconds: MINUTE_MS, deliveries: 6_000 }],
  running: 100,
};

/** All destinations of one user together, so that other users get their turn. */
export const LIMITS_OF_USERS: PaceLimits = { ...LIMITS_OF_PROGRAMS, running: 150 };

/** How long a user rests of whom something has to wait. */
const REST_MS = 1_000;

/** Limits how much each destination and each user gets, in one process. What is over a limit waits. */
export class DeliveryLimits {
  readonly #pace = new DeliveryPace();
  readonly #resting = new Map<UserId, number>();
  readonly #joins: (destination: Destination) => boolean;

  /** @param joins whether several notices for a destination can be sent as one: people read them. */
  constructor(joins: (destination: Destination) => boolean) {
    this.#joins = joins;
  }

  /**
   * Returns the function that says until when a destination is full, for what begins together. A user of whom
   * something has to wait rests for a moment, so that others get their turn.
   * @param isGrouped whether what goes to one destination is joined.
   */
  ofBatch(userId: UserId, isGrouped: boolean, now: Date): Situation['fullUntil'] {
    const begun = new Map<string, number>();
    return (destination, { work, wasHeld, isAlone }) => {
      const isJoined = (isGrouped || wasHeld) && !isAlone && this.#joins(destination);
      const limits = this.#limitsOf(userId, destination);
      const method = work === 'recall' ? 'busyUntil' : 'fullUntil';
      const more = (key: string) => (isJoined && work === 'deliver' ? 0 : (begun.get(key) ?? 0));
      const full = limits.map(([key, each]) => this.#pace[method](key, each, now, more(key)));
      const until = full.find((time) => time !== null) ?? null;
      if (until === null) for (const [key] of limits) begun.set(key, (begun.get(key) ?? 0) + 1);
      else this.#resting.set(userId, now.getTime() + REST_MS);
      return until;
    };
  }

  /** Returns the users who rest now, and until when. */
  resting(now: Date): ReadonlyMap<UserId, number> {
    for (const [userId, untilMs] of this.#resting)
      if (untilMs <= now.getTime() || untilMs > now.getTime() + REST_MS) this.#resting.delete(userId);
    return this.#resting;
  }

  /**
   * Counts a delivery, or several that are sent as one, or what takes one back.
   * @returns what to call when it has ended.
   */
  begin([task]: readonly DeliveryTask[], now: Date): () => void {
    const { userId, destination, work } = task!;
    const ends = this.#limitsOf(userId, destination).map(([key, each]) =>
      this.#pace.begin(key, each, now, work === 'deliver'),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  /** Returns the limits for a destination, each with the name of what it is about. */
  #limitsOf(userId: UserId, destination: Destination): readonly (readonly [key: string, PaceLimits])[] {
    const ofUser = [`user ${userId}`, LIMITS_OF_USERS] as const;
    // Each callback is a destination of its own, so that only its user has limits.
    if (destination.channel === CALLBACK_CHANNEL) return [ofUser];
    return [[destination.id, this.#joins(destination) ? LIMITS_OF_PEOPLE : LIMITS_OF_PROGRAMS], ofUser];
  }
}
