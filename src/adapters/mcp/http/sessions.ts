import type { ServerResponse } from 'node:http';
import type { UserId } from '../../../domain/ids.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { Caller, TokenLife } from '../../../ports/tokens/token-verifier.ts';

export interface Session {
  readonly id: string;
  close(): Promise<void>;
}

interface Entry<Kind extends Session> {
  readonly session: Kind;
  /** A session id is no authentication: it works for tokens that may do what the first one might. */
  readonly openedBy: Caller;
  /** Of the token that came last: clients exchange theirs under way. The session ends with it. */
  life: TokenLife | null;
  lifeSubscription: Subscription | null;
  /** Answers and streams under way. */
  open: number;
  idleSince: number;
}

/** For its calls to tell that the token has ended: clients wait long for what a closed stream owes them. */
const FAREWELL_MS = 50;

/** More than any honest user's agents have; what lies idle the longest goes first. */
const LIMIT_PER_USER = 500;

/** The sessions of one transport. */
export class Sessions<Kind extends Session> {
  readonly #entries = new Map<string, Entry<Kind>>();
  readonly #idleMs: number;
  /** One for all sessions, and only while there are any. */
  #sweep: NodeJS.Timeout | undefined;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(session: Kind, caller: Caller): void {
    this.#makeRoom(caller.userId);
    const entry: Entry<Kind> = {
      session,
      openedBy: caller,
      life: null,
      lifeSubscription: null,
      open: 0,
      idleSince: Date.now(),
    };
    this.#entries.set(session.id, entry);
    this.#sweep ??= setInterval(() => this.#closeIdle(), Math.max(10, this.#idleMs / 4)).unref();
    this.#endWith(caller.life ?? null, entry);
  }

  /** Null for one that does not exist and for one of another user alike. */
  find(id: string, caller: Caller): Kind | null {
    const entry = this.#entries.get(id);
    if (entry === undefined || !mayUse(caller, entry.openedBy)) return null;
    this.#endWith(caller.life ?? null, entry);
    return entry.session;
  }

  /** The session is in use until the answer is out or its client gone. */
  holdFor(id: string, res: ServerResponse): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || res.closed) return;
    entry.open += 1;
    res.once('close', () => {
      entry.open -= 1;
      entry.idleSince = Date.now();
    });
  }

  remove(id: string): void {
    this.#entries.get(id)?.lifeSubscription?.close();
    this.#entries.delete(id);
    if (this.#entries.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#close(entry)));
  }

  async #close({ session }: Entry<Kind>): Promise<void> {
    this.remove(session.id);
    await session.close();
  }

  #endWith(life: TokenLife | null, entry: Entry<Kind>): void {
    if (life === entry.life) return;
    entry.lifeSubscription?.close();
    entry.life = life;
    entry.lifeSubscription = life?.onEnd(() => this.#closeSoon(entry)) ?? null;
  }

  /** Unless its client has come with another token meanwhile. */
  #closeSoon(entry: Entry<Kind>): void {
    const { life, session } = entry;
    setTimeout(() => {
      if (entry.life === life && this.#entries.get(session.id) === entry) void this.#close(entry);
    }, FAREWELL_MS).unref();
  }

  #closeIdle(): void {
    const since = Date.now() - this.#idleMs;
    for (const entry of this.#entries.values()) {
      if (entry.open === 0 && entry.idleSince <= since) void this.#close(entry);
    }
  }

  #makeRoom(userId: UserId): void {
    const own = [...this.#entries.values()].filter(({ openedBy }) => openedBy.userId === userId);
    if (own.length < LIMIT_PER_USER) return;
    const [oldest] = own.filter(({ open }) => open === 0).sort((a, b) => a.idleSince - b.idleSince);
    if (oldest !== undefined) void this.#close(oldest);
  }
}

const mayUse = (caller: Caller, openedBy: Caller): boolean =>
  caller.userId === openedBy.userId &&
  (caller.agentInstanceId ?? null) === (openedBy.agentInstanceId ?? null);
