import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Conversation } from '../../model/conversation.ts';
import { buildTimeline } from '../../model/timeline-entries.ts';
import { loadOlderMessages } from '../../store/agents/dashboard.ts';
import { outbox } from '../../store/agents/outbox.ts';
import { Icon } from '../common/icon.tsx';
import { useVirtualList } from '../common/use-virtual-list.ts';
import { questionToScrollTo } from './answer/chosen-question.ts';
import { TimelineEntry } from './timeline-entry.tsx';

interface TimelineProps {
  readonly id: string;
  readonly conversation: Conversation;
  /** The message that a search has found, which is marked; null: none. */
  readonly foundId: string | null;
}

/**
 * A timeline that is scrolled to within this distance of its end counts as being at the end. It then follows
 * new messages.
 */
const MAX_DISTANCE_FROM_END_PX = 80;
/** Older messages are loaded when fewer rows than this are left above the visible ones. */
const MIN_ROWS_ABOVE = 25;
/** Estimated height of a row that has not been measured yet. */
const ESTIMATED_ROW_PX = 96;

export function Timeline({ id, conversation, foundId }: TimelineProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const outgoing = useComputed(() => outbox.value.filter(({ instanceId }) => instanceId === id)).value;
  const entries = useMemo(
    () => buildTimeline(conversation.messages, outgoing),
    [conversation.messages, outgoing],
  );
  const list = useVirtualList({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATED_ROW_PX,
    getItemKey: (index) => entries[index]!.key,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: MAX_DISTANCE_FROM_END_PX,
    overscan: 6,
  });
  const rows = list.getVirtualItems();
  const firstVisible = rows[0]?.index ?? 0;
  useEffect(() => {
    if (firstVisible < MIN_ROWS_ABOVE) void loadOlderMessages(id).catch(() => null);
  }, [id, firstVisible, entries.length]);
  // The timeline opens at its end, and stays there when the answer bar or the on-screen keyboard gets larger.
  useLayoutEffect(() => {
    list.scrollToEnd();
    return stayAtEnd(scroller.current!, () => list.scrollToEnd());
  }, [list]);
  const scrollTarget = questionToScrollTo.value;
  useEffect(() => {
    if (scrollTarget === null) return;
    questionToScrollTo.value = null;
    const index = entries.findIndex(({ key }) => key === scrollTarget);
    if (index >= 0) list.scrollToIndex(index, { align: 'start' });
  }, [scrollTarget]);

  const isAtEnd = list.isAtEnd();
  const newestKey = entries.at(-1)?.key ?? null;
  const lastSeenKey = useRef(newestKey);
  if (isAtEnd) lastSeenKey.current = newestKey;
  return (
    <div class="timeline-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it */}
      <div class="timeline" ref={scroller} tabIndex={0} role="log" aria-label="Conversation" aria-live="off">
        {entries.length === 0 && <p class="timeline-empty">No messages yet.</p>}
        <div class="timeline-rows" style={{ height: `${list.getTotalSize()}px` }}>
          {rows.map(({ key, index, start }) => (
            <div
              key={key}
              class="timeline-row"
              data-index={index}
              data-found={key === foundId}
              ref={list.measureElement}
              style={{ transform: `translateY(${start}px)` }}
            >
              <TimelineEntry entry={entries[index]!} />
            </div>
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <button
          type="button"
          class="to-end"
          data-new={lastSeenKey.current !== newestKey}
          onClick={() => list.scrollToEnd()}
        >
          <Icon name="arrow-down" />
          <span>{lastSeenKey.current === newestKey ? 'Jump to newest' : 'New messages'}</span>
        </button>
      )}
    </div>
  );
}

/**
 * Scrolls an element to its end again whenever its size changes while it is at its end.
 * @returns a function that stops watching the element
 */
function stayAtEnd(element: HTMLElement, scrollToEnd: () => void): () => void {
  let isAtEnd = true;
  const onScroll = () => {
    isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= MAX_DISTANCE_FROM_END_PX;
  };
  const resizeObserver = new ResizeObserver(() => isAtEnd && scrollToEnd());
  resizeObserver.observe(element);
  element.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    resizeObserver.disconnect();
    element.removeEventListener('scroll', onScroll);
  };
}
