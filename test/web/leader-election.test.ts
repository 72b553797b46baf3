import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type Election,
  electByLock,
  electByMessages,
  type Lead,
} from '../../web/src/server/leader-election.ts';

/** Delivers each message to the other channels before anything else happens. */
class LocalChannel extends EventTarget {
  static readonly #open = new Set<LocalChannel>();

  constructor() {
    super();
    LocalChannel.#open.add(this);
  }

  postMessage(data: unknown): void {
    const others = [...LocalChannel.#open].filter((channel) => channel !== this);
    for (const other of others)
      queueMicrotask(() => other.dispatchEvent(new MessageEvent('message', { data })));
  }

  close(): void {
    LocalChannel.#open.delete(this);
  }
}

/** One tab of a browser. Several tabs may be candidates for one name. */
class Tab {
  readonly #closing = new AbortController();
  readonly #election: Election;
  isLeading = false;

  constructor(kind: 'locks' | 'messages', name: string, id: string = randomUUID()) {
    onTestFinished(() => this.close());
    const lead: Lead = async (endSignal) => {
      this.isLeading = true;
      await new Promise((resolve) => endSignal.addEventListener('abort', resolve));
      this.isLeading = false;
    };
    this.#election =
      kind === 'locks'
        ? electByLock(navigator.locks, name, lead, this.#closing.signal)
        : electByMessages(new BroadcastChannel(name), id, lead, this.#closing.signal);
  }

  takeOver = () => this.#election.takeOver();
  close = () => this.#closing.abort();
}

const oneLeads = (tabs: readonly Tab[]) =>
  expect.poll(() => tabs.filter(({ isLeading }) => isLeading).length, { timeout: 100_000 }).toBe(1);

describe.each(['locks', 'messages'] as const)('an election by %s', (kind) => {
  test('has one leader, and another one when its tab is closed', async () => {
    const name = randomUUID();
    let tabs = Array.from({ length: 7 }, () => new Tab(kind, name));
    for (let left = tabs.length; left > 4; left -= 1) {
      await oneLeads(tabs);
      const leader = tabs.find(({ isLeading }) => isLeading)!;
      leader.close();
      tabs = tabs.filter((tab) => tab !== leader);
    }
    await oneLeads(tabs);
  });

  test('lets a tab take over from a leader that gives no sign of life', async () => {
    const name = randomUUID();
    // If both led in the same term, the smaller id would win.
    const frozen = new Tab(kind, name, 'a');
    await oneLeads([frozen]);
    const ledAt = Date.now();
    await expect.poll(Date.now).toBeGreaterThan(ledAt);
    const other = new Tab(kind, name, 'b');
    other.takeOver();
    await expect.poll(() => [frozen.isLeading, other.isLeading], { timeout: 100_000 }).toEqual([false, true]);
    other.close();
    await oneLeads([frozen, other]);
  });

  test('is apart from those with other names', async () => {
    const [one, other] = [new Tab(kind, randomUUID()), new Tab(kind, randomUUID())];
    await oneLeads([one]);
    await oneLeads([other]);
  });
});

/** Opens tabs whose timers end when the test says so. `begun` has the ids of those that began to lead. */
function openLocalTabs(ids: readonly string[]) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const begun: string[] = [];
  const open = (id: string) => {
    const closing = new AbortController();
    onTestFinished(() => closing.abort());
    const lead: Lead = (endSignal) => {
      begun.push(id);
      return new Promise((resolve) => endSignal.addEventListener('abort', () => resolve()));
    };
    electByMessages(new LocalChannel() as unknown as BroadcastChannel, id, lead, closing.signal);
    return closing;
  };
  return { tabs: new Map(ids.map((id) => [id, open(id)])), begun };
}

const deliverMessages = () => new Promise((resolve) => setImmediate(resolve));

async function passSeconds(count: number): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    await deliverMessages();
    vi.advanceTimersByTime(1_000);
  }
}

test('one tab only begins to lead when the timers of all tabs end at the same moment', async () => {
  const { tabs, begun } = openLocalTabs(['c', 'a', 'd', 'b']);
  await passSeconds(5);
  expect(begun).toEqual(['a']);
  tabs.get('a')!.abort();
  await passSeconds(5);
  expect(begun).toEqual(['a', 'b']);
});

test('a closed tab is no candidate, although a message to it was on its way', async () => {
  const { tabs } = openLocalTabs(['a', 'b']);
  await passSeconds(5);
  // The leader is closed first, and tells the other one.
  for (const tab of tabs.values()) tab.abort();
  await deliverMessages();
  expect(vi.getTimerCount()).toBe(0);
});
