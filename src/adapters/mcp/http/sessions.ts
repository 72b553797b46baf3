import type { ServerResponse } from 'node:http';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { Caller, TokenLife } from '../../../ports/tokens/token-verifier.ts';

/**
 * A session of the MCP protocol: one connected client. It is not the session of an agent instance. The client
 * sends the id, so other users may have sessions with the same id.
 */
export interface McpSession {
  readonly id: string;
  close(): Promise<void>;
}

interface Entry<Session extends McpSession> {
  readonly session: Session;
  /** The caller that opened the session. */
  readonly openedBy: Caller;
  /**
   * The lifetime of the token that the client has sent last: a client may change its token. When this token
   * ends, the session is closed.
   */
  life: TokenLife | null;
  lifeSubscription: Subscription | null;
  /** The number of responses and streams that are open. */
  openResponseCount: number;
  /** When the last response ended, in milliseconds since 1970; at first, when the session was opened. */
  idleSince: number;
}

/**
 * How long a session stays open after its token has ended. In this time, running calls respond with
 * `unauthenticated`. Without a response, a client may wait for minutes after its stream has closed.
 */
const CLOSE_DELAY_MS = 50;

/**
 * How many sessions are kept for one token, and for one user: far more than ordinary use needs. At the limit,
 * a new session closes one that is idle. An idle session loses nothing: it is opened again by its id.
 */
const MAX_SESSIONS_PER_TOKEN = 100;
const MAX_SESSIONS_PER_USER = 500;

/**
 * The open sessions of one transport. It closes sessions that are idle for too long or whose token has ended.
 */
export class Sessions<Session extends McpSession> {
  readonly #entries = new Map<string, Entry<Session>>();
  readonly #idleMs: number;
  /** One timer for all sessions. It runs only while there are any. */
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Closes an idle session if the caller could not open another one otherwise.
   * @returns false if there is none, because all sessions of the token or of the user are in use
   */
  makeRoom({ userId, life = null }: Caller): boolean {
    const ofUser = [...this.#entries.values()].filter(({ openedBy }) => openedBy.userId === userId);
    const byToken = Map.groupBy(ofUser, (entry) => entry.life);
    const own = byToken.get(life) ?? [];
    // Without its life, a token cannot be told from the user's others.
    if (life !== null && own.length >= MAX_SESSIONS_PER_TOKEN) return this.#closeLongestIdle(own);
    if (ofUser.length < MAX_SESSIONS_PER_USER) return true;
    // An agent with a few sessions must not lose one to an agent that opens hundreds.
    const groups = [...byToken.values()].sort((a, b) => b.length - a.length);
    return groups.some((entries) => this.#closeLongestIdle(entries));
  }

  /** Adds a session. `makeRoom` has returned true before. */
  add(session: Session, caller: Caller): void {
    const entry: Entry<Session> = {
      session,
      openedBy: caller,
      life: null,
      lifeSubscription: null,
      openResponseCount: 0,
      idleSince: Date.now(),
    };
    this.#entries.set(sessionKey(session.id, caller), entry);
    this.#idleTimer ??= setInterval(() => this.#closeIdle(), Math.max(10, this.#idleMs / 4)).unref();
    this.#closeWhenTokenEnds(caller.life ?? null, entry);
  }

  /** Returns the caller's own session with this id; null if the caller has none. */
  find(id: string, caller: Caller): Session | null {
    const entry = this.#entries.get(sessionKey(id, caller));
    if (entry === undefined) return null;
    this.#closeWhenTokenEnds(caller.life ?? null, entry);
    return entry.session;
  }

  /** Counts the session as in use until this response is sent or its client disconnects. */
  markInUse(id: string, caller: Caller, res: ServerResponse): void {
    const entry = this.#entries.get(sessionKey(id, caller));
    if (entry === undefined || res.closed) return;
    entry.openResponseCount += 1;
    res.once('close', () => {
      entry.openResponseCount -= 1;
      entry.idleSince = Date.now();
    });
  }

  /** Forgets the caller's session, which is closed already. */
  remove(id: string, caller: Caller): void {
    const key = sessionKey(id, caller);
    this.#entries.get(key)?.lifeSubscription?.close();
    this.#entries.delete(key);
    if (this.#entries.size > 0) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  /** Closes the caller's session, if there is one. */
  async close(id: string, caller: Caller): Promise<void> {
    const entry = this.#entries.get(sessionKey(id, caller));
    if (entry !== undefined) await this.#close(entry);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#close(entry)));
  }

  async #close({ session, openedBy }: Entry<Session>): Promise<void> {
    this.remove(session.id, openedBy);
    await session.close();
  }

  #closeWhenTokenEnds(life: TokenLife | null, entry: Entry<Session>): void {
    if (life === entry.life) return;
    entry.lifeSubscription?.close();
    entry.life = life;
    entry.lifeSubscription = life?.onEnd(() => this.#closeSoon(entry)) ?? null;
  }

  /** Closes the session after a short delay, unless its client has sent another token by then. */
  #closeSoon(entry: Entry<Session>): void {
    const { life, session, openedBy } = entry;
    setTimeout(() => {
      const isOpen = this.#entries.get(sessionKey(session.id, openedBy)) === entry;
      if (entry.life === life && isOpen) void this.#close(entry);
    }, CLOSE_DELAY_MS).unref();
  }

  #closeIdle(): void {
    const idleBefore = Date.now() - this.#idleMs;
    for (const entry of this.#entries.values()) {
      if (entry.openResponseCount === 0 && entry.idleSince <= idleBefore) void this.#close(entry);
    }
  }

  #closeLongestIdle(entries: readonly Entry<Session>[]): boolean {
    const [longestIdle] = entries
      .filter(({ openResponseCount }) => openResponseCount === 0)
      .sort((a, b) => a.idleSince - b.idleSince);
    if (longestIdle === undefined) return false;
    void this.#close(longestIdle);
    return true;
  }
}

/** Names a session among those of all callers: only the same user, bound to the same instance, may use it. */
export const sessionKey = (id: string, { userId, agentInstanceId = null }: Caller): string =>
  JSON.stringify([userId, agentInstanceId, id]);
