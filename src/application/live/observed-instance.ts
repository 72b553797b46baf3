import { lastSignOfLife } from '../../domain/conversation/liveness.ts';
import { isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';
import type { ChangesSince, InstanceOverview, Seen } from '../../ports/storage/dashboard-queries.ts';
import { viewContextFor } from '../view-context.ts';
import { type WireInstance, wireInstance } from '../wire/agent-instance.ts';
import { ChangeBatch } from './change-batch.ts';
import { type ChangeEvent, changeEventsFor, messageChangeEvent, statusChangeEvents } from './change-events.ts';
import type { LivePorts } from './live-ports.ts';

/** New messages that one read may bring: each may be a megabyte. */
export const PAGE_SIZE = 50;

const RETRY_MS = 1_000;
/** A longer one would go off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface InstanceObserver {
  onChanges(batch: ChangeBatch): void;
}

/**
 * What this process tells of one instance, to however many: it reads once per change, and changes that come
 * while it reads cost one more read together. What time alone changes (silence, a wait that begins or ends)
 * it tells from memory.
 */
export class ObservedInstance {
  readonly userId: UserId;
  readonly id: AgentInstanceId;
  readonly #ports: LivePorts;
  readonly #observers = new Set<InstanceObserver>();
  /** null until anybody has read it. */
  #seen: Seen | null;
  #overview: InstanceOverview | null = null;
  #told: WireInstance | null = null;
  /** null while nobody knows which there are. */
  #openQuestions: Map<MessageId, Message> | null = null;
  /** Whether agents wait in other processes, as far as is known. */
  #isWaitedOnElsewhere = false;
  #signalled = 0;
  /** Whether to look without a new version: agents have come or gone, and nobody knows what was told of that. */
  #isDue = false;
  #isReading = false;
  #isClosed = false;
  #silence: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(ports: LivePorts, userId: UserId, id: AgentInstanceId, seen: Seen | null) {
    this.#ports = ports;
    this.userId = userId;
    this.id = id;
    this.#seen = seen;
  }

  /** How far observers have been told; null until somebody has begun. */
  get seen(): Seen | null {
    return this.#seen;
  }

  /** Tells of everything that happens from now on. */
  attach(observer: InstanceObserver): Disposable {
    this.#observers.add(observer);
    return { [Symbol.dispose]: () => void this.#observers.delete(observer) };
  }

  /** Whether anybody has found it in the store. */
  get exists(): boolean {
    return this.#seen !== null && this.#seen.version > 0;
  }

  /** Begins from what is known of it elsewhere, unless it has begun. */
  startFromProgress(seen: Seen): void {
    this.#seen ??= seen;
    this.#readWhereDue();
  }

  /** Takes what somebody else has just read for the beginning, unless it has one. */
  startFromSnapshot(overview: InstanceOverview, openQuestions: readonly Message[] | null): void {
    const { version, lastPosition: position } = overview.instance;
    this.#seen ??= { version, position };
    if (this.#told === null) this.#isWaitedOnElsewhere = overview.agentWaiting && !this.#isWaitedOnHere();
    if (this.#told === null && version === this.#seen.version) this.#remember(overview, openQuestions);
    this.catchUpTo(version);
  }

  /** Looks, unless this version has been seen. */
  catchUpTo(version: number): void {
    this.#signalled = Math.max(this.#signalled, version);
    this.#readWhereDue();
  }

  /** To be called when an agent begins or ends to wait in this process. */
  onWaitsChanged(): void {
    if (this.#seen === null) return;
    if (this.#overview === null || this.#openQuestions === null) {
      this.#isDue = true;
      this.#readWhereDue();
    } else {
      this.#tellFromMemory();
    }
  }

  /** To be called with what is known of other processes. */
  setWaitedOnElsewhere(areThere: boolean): void {
    if (areThere === this.#isWaitedOnElsewhere) return;
    this.#isWaitedOnElsewhere = areThere;
    this.onWaitsChanged();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
  }

  #readWhereDue(): void {
    if (this.#seen === null || this.#isReading || this.#isClosed) return;
    if (this.#isDue || this.#signalled > this.#seen.version) void this.#read();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    clearTimeout(this.#retry);
    try {
      // What is signalled from here on comes after this read; what was before it is covered, even a version
      // that the store never shows (a commit lost in a failover), for which it would else read for ever.
      const waitsAreNews = this.#isDue;
      this.#isDue = false;
      this.#signalled = 0;
      await this.#readAll(this.#seen!, waitsAreNews);
    } catch (err) {
      this.#isDue = true;
      this.#ports.logger?.warn({ err, agentInstanceId: this.id }, 'Could not read what to tell live streams');
      if (!this.#isClosed) this.#retry = setTimeout(() => this.#readWhereDue(), RETRY_MS).unref();
      return;
    } finally {
      this.#isReading = false;
    }
    this.#readWhereDue();
  }

  async #readAll(from: Seen, waitsAreNews: boolean): Promise<void> {
    const view = viewContextFor(this.#ports, this.userId);
    const isWaitedOnHere = view.waitingHere.has(this.id);
    const changes = await this.#ports.queries.changesSince(this.userId, this.id, from, {
      waitingHere: view.waitingHere,
      limit: PAGE_SIZE,
      withOpenQuestions: this.#openQuestions === null,
    });
    if (changes === null || this.#isClosed) return;
    const lastRead = changes.posted.at(-1)?.position ?? from.position;
    if (lastRead < changes.instance.lastPosition && changes.posted.length > 0) {
      // What else has changed is told when all messages are, so that it is told of all of them.
      const to = { position: lastRead, version: from.version };
      const posted = changes.posted.map((message) => messageChangeEvent('message', message, changes));
      this.#publish(new ChangeBatch(from, to, posted));
      return this.#readAll(to, waitsAreNews);
    }
    if (!isWaitedOnHere) this.#isWaitedOnElsewhere = changes.agentWaiting;
    this.#tell(from, changes, waitsAreNews);
  }

  #tell(from: Seen, read: ChangesSince, waitsAreNews: boolean): void {
    const { version, lastPosition: position } = read.instance;
    // A store that has lost commits is behind what was told; observers keep what they have.
    const to = { version: Math.max(version, from.version), position: Math.max(position, from.position) };
    const changes = { ...read, agentWaiting: this.#isWaitedOn() };
    const known = { seen: from, told: this.#told, silentSince: this.#silentSince() };
    const questions = this.#questionsBesides(changes, waitsAreNews);
    const happenings = [...questions, ...changeEventsFor(changes, known)];
    this.#remember(changes, this.#openQuestions === null ? changes.openQuestions : null);
    for (const message of [...changes.posted, ...changes.amended]) this.#rememberQuestion(message);
    this.#publish(new ChangeBatch(from, to, happenings));
  }

  /** The status as time has changed it, and whether agents wait. */
  #tellFromMemory(): void {
    if (this.#overview === null || this.#seen === null || this.#isClosed) return;
    const overview = { ...this.#overview, agentWaiting: this.#isWaitedOn() };
    const known = { seen: this.#seen, told: this.#told, silentSince: this.#silentSince() };
    const questions = this.#questionsBesides({ ...overview, posted: [], amended: [] }, false);
    const happenings = [...questions, ...statusChangeEvents(overview, known)];
    this.#remember(overview, null);
    this.#publish(new ChangeBatch(this.#seen, this.#seen, happenings));
  }

  /** The open questions that have not changed themselves, where agents have come or gone that wait for answers. */
  #questionsBesides(
    changes: Pick<ChangesSince, 'agentWaiting' | 'posted' | 'amended'> & Partial<ChangesSince>,
    waitsAreNews: boolean,
  ): ChangeEvent[] {
    const { agentWaiting, posted, amended, openQuestions = [] } = changes;
    const isNews = this.#overview === null ? waitsAreNews : this.#overview.agentWaiting !== agentWaiting;
    if (!isNews) return [];
    const told = new Set([...posted, ...amended].map(({ id }) => id));
    return [...(this.#openQuestions?.values() ?? openQuestions)]
      .filter(({ id }) => !told.has(id))
      .map((question) => messageChangeEvent('message_update', question, { agentWaiting }));
  }

  #publish(batch: ChangeBatch): void {
    this.#seen = batch.to;
    for (const observer of [...this.#observers]) observer.onChanges(batch);
  }

  #remember(overview: InstanceOverview, openQuestions: readonly Message[] | null): void {
    const { instance, latestMessage, agentWaiting } = overview;
    this.#overview = { instance, latestMessage, agentWaiting };
    this.#told = wireInstance(overview, { silentSince: this.#silentSince() });
    if (openQuestions !== null) this.#openQuestions = new Map(openQuestions.map((each) => [each.id, each]));
    clearTimeout(this.#silence);
    if (this.#told.status !== 'ACTIVE' || agentWaiting || this.#isClosed) return;
    const now = this.#ports.clock.now().getTime();
    const silentAt = lastSignOfLife(instance).getTime() + this.#ports.settings.staleAfterSeconds * 1000;
    const pause = Math.min(silentAt + 1 - now, LONGEST_TIMER_MS);
    this.#silence = setTimeout(() => this.#tellFromMemory(), pause).unref();
  }

  #rememberQuestion(message: Message): void {
    if (isOpenQuestion(message)) this.#openQuestions?.set(message.id, message);
    else this.#openQuestions?.delete(message.id);
  }

  #isWaitedOn(): boolean {
    return this.#isWaitedOnElsewhere || this.#isWaitedOnHere();
  }

  #isWaitedOnHere(): boolean {
    return this.#ports.waits.of(this.userId).has(this.id);
  }

  #silentSince(): Date {
    return viewContextFor(this.#ports, this.userId).silentSince;
  }
}
