/** Makes one tab of the browser the leader, which does for all tabs what each of them would have to do. */
export interface Election {
  /** Makes this tab the leader, although another one is: it may be frozen. */
  takeOver(): void;
}

/**
 * What the leader does. Resolves when there is no more to do; then this tab is no candidate any more.
 * @param endSignal is aborted when another tab has taken over, or this tab needs no leader any more
 */
export type Lead = (endSignal: AbortSignal) => Promise<void>;

/**
 * Elects by a lock of the browser: when the leader's tab is closed or crashes, the browser gives the lock to
 * the next one. Browsers have these locks only on HTTPS and on localhost.
 */
export function electByLock(locks: LockManager, name: string, lead: Lead, stopSignal: AbortSignal): Election {
  let isTakingOver = false;
  let waiting = new AbortController();
  const run = async () => {
    let isDone = false;
    while (!isDone && !stopSignal.aborted) {
      const leading = new AbortController();
      waiting = new AbortController();
      const options = isTakingOver
        ? { steal: true }
        : { signal: AbortSignal.any([stopSignal, waiting.signal]) };
      isTakingOver = false;
      const leadNow = async () => {
        const endSignal = AbortSignal.any([stopSignal, leading.signal]);
        await lead(endSignal);
        isDone = !endSignal.aborted;
      };
      // Rejects when another tab has taken the lock, and when the wait for it was ended.
      await locks.request(name, options, leadNow).catch(() => null);
      leading.abort();
    }
  };
  void run();
  return {
    takeOver() {
      isTakingOver = true;
      waiting.abort();
    },
  };
}

/** How long a tab waits for a leader to answer. */
const ANSWER_MS = 1_000;

type Ballot =
  /** The sender looks for a leader, and leads itself if nobody answers. */
  | { readonly kind: 'ask'; readonly from: string }
  | { readonly kind: 'resign' }
  /**
   * `term` is later than all terms that the sender knew when it began to lead. Of two leaders, the one with
   * the later term remains, and of the same term the one with the smaller id.
   */
  | { readonly kind: 'lead'; readonly term: number; readonly from: string };

/**
 * Elects by messages between the tabs. A leader that is closed says so. One that crashes does not: then
 * another tab has to take over. Of several candidates, only the one with the smallest id begins to lead:
 * browsers let the timers of all hidden tabs end at the same moment, so no tab is the first by chance.
 * @param channel connects this tab with the others, and is used for nothing else
 * @param id of this tab
 */
export function electByMessages(
  channel: BroadcastChannel,
  id: string,
  lead: Lead,
  stopSignal: AbortSignal,
): Election {
  let term = 0;
  let leading: AbortController | null = null;
  let isCandidate = false;
  let candidacy: ReturnType<typeof setTimeout> | undefined;
  const post = (ballot: Ballot) => channel.postMessage(ballot);
  const claim = () => post({ kind: 'lead', term, from: id });

  const begin = () => {
    clearTimeout(candidacy);
    isCandidate = false;
    if (leading !== null || stopSignal.aborted) return;
    // The time, so that a tab takes over also from a leader that it has not heard from yet.
    term = Math.max(term + 1, Date.now());
    const own = new AbortController();
    leading = own;
    claim();
    const endSignal = AbortSignal.any([stopSignal, own.signal]);
    void lead(endSignal).finally(() => {
      if (!endSignal.aborted) stop();
    });
  };
  const follow = () => {
    clearTimeout(candidacy);
    isCandidate = false;
    leading?.abort();
    leading = null;
  };
  const askForLeader = () => {
    clearTimeout(candidacy);
    isCandidate = true;
    candidacy = setTimeout(begin, ANSWER_MS);
    post({ kind: 'ask', from: id });
  };
  /** Lets another candidate begin, and asks again later: its tab may be closed before it does. */
  const defer = () => {
    clearTimeout(candidacy);
    isCandidate = false;
    candidacy = setTimeout(askForLeader, 2 * ANSWER_MS);
  };
  const answer = (other: string) => {
    if (leading !== null) claim();
    else if (isCandidate && other < id) defer();
    // The other one may have asked before this tab became a candidate.
    else if (isCandidate) post({ kind: 'ask', from: id });
  };
  const resign = () => {
    if (leading === null) return;
    follow();
    post({ kind: 'resign' });
  };
  const stop = () => {
    clearTimeout(candidacy);
    resign();
    // Messages that have arrived already would still be delivered.
    channel.removeEventListener('message', onMessage);
    channel.close();
    globalThis.removeEventListener?.('pagehide', resign);
    globalThis.removeEventListener?.('pageshow', onShow);
  };

  const onMessage = ({ data }: MessageEvent<Ballot>) => {
    if (data.kind === 'ask') return answer(data.from);
    if (data.kind === 'resign') return askForLeader();
    if (leading === null) {
      term = Math.max(term, data.term);
      follow();
    } else if (data.term > term || (data.term === term && data.from < id)) {
      term = data.term;
      follow();
    } else claim();
  };
  const onShow = ({ persisted }: PageTransitionEvent) => {
    if (persisted) askForLeader();
  };
  channel.addEventListener('message', onMessage);
  // Tests run without a window.
  globalThis.addEventListener?.('pagehide', resign);
  globalThis.addEventListener?.('pageshow', onShow);
  stopSignal.addEventListener('abort', stop);
  askForLeader();
  return { takeOver: begin };
}
