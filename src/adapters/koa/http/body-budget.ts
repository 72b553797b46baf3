import { hash } from 'node:crypto';
import { HttpError } from './http-error.ts';

const MEGABYTE = 1024 * 1024;

export interface BodyBudgetLimits {
  /**
   * How many bytes the bodies of the unfinished requests with one token may have together. Not of one user:
   * one agent must not hinder the others of its user.
   */
  readonly bytesPerToken: number;
  /** How many bytes the bodies of all unfinished requests may have together. */
  readonly bytes: number;
}

/** Four bodies of the largest size for each token, and sixteen for all. */
const DEFAULT_LIMITS: BodyBudgetLimits = { bytesPerToken: 64 * MEGABYTE, bytes: 256 * MEGABYTE };

/** The bytes that one request has taken from the budget. Releasing them again more than once is safe. */
export interface BodyReservation {
  /** @throws HttpError `rate_limited` if the token has no bytes left, `server_busy` if no token has. */
  take(bytes: number): void;
  release(): void;
}

/**
 * Limits how much memory the bodies of unfinished requests take. Without it, clients that announce large
 * bodies and send them slowly, or send many at once, take all memory of the process.
 */
export class BodyBudget {
  readonly #limits: BodyBudgetLimits;
  /** By the hash of the token. */
  readonly #takenByToken = new Map<string, number>();
  #taken = 0;

  constructor(limits: Partial<BodyBudgetLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** The bytes that are taken now. */
  get taken(): number {
    return this.#taken;
  }

  /** @param token null: the request needs none. All such requests count as if they had one token. */
  reserve(token: string | null): BodyReservation {
    const key = token === null ? '' : hash('sha256', token, 'base64url');
    let own = 0;
    return {
      take: (bytes) => {
        const takenByToken = (this.#takenByToken.get(key) ?? 0) + bytes;
        if (takenByToken > this.#limits.bytesPerToken) throw tooManyBytes(this.#limits.bytesPerToken);
        if (this.#taken + bytes > this.#limits.bytes) throw serverBusy();
        own += bytes;
        this.#taken += bytes;
        this.#takenByToken.set(key, takenByToken);
      },
      release: () => {
        const left = (this.#takenByToken.get(key) ?? 0) - own;
        if (left > 0) this.#takenByToken.set(key, left);
        else this.#takenByToken.delete(key);
        this.#taken -= own;
        own = 0;
      },
    };
  }
}

/** The budget of all requests of this process, whichever application serves them. */
export const PROCESS_BODY_BUDGET = new BodyBudget();

// The rest of the body is not read, so the connection has to be closed.
const HEADERS = { Connection: 'close', 'Retry-After': '1' };

const tooManyBytes = (bytes: number) =>
  new HttpError(
    'rate_limited',
    `The unfinished requests with this token have more than ${bytes} bytes together; try again when some have ended`,
    HEADERS,
  );

const serverBusy = () =>
  new HttpError('server_busy', 'The server has too many unfinished requests; try again', HEADERS);
