import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Conversation } from '../../model/conversation.ts';
import { buildTimeline } from '../../model/timeline-entries.ts';
import { loadOlderMessages } from '../../store/agents/dashboard.ts';
import { outbox } from '../../store/agents/outbox.ts';
import { Icon } from '../common/icon.tsx';
import { useVirtualList } from '../common/use-virtual-list.ts';
import { TimelineEntry } from './timeline-entry.tsx';

interface TimelineProps {
  readonly id: string;
  readonly conversation: Conversation;
}

/** Within so many pixels of its end, the timeline follows what is new. */
const AT_END_PX = 80;
/** Older messages are asked for while there is still so much to scroll. */
const AHEAD = 25;
const TYPICAL_PX = 96;

export function Timeline({ id, conversation }: TimelineProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const unsent = useComputed(() => outbox.value.filter(({ instanceId }) => instanceId === id)).value;
  const entries = useMemo(() => buildTimeline(conversation.messages, unsent), [conversation.messages, unsent]);
  const list = useVirtualList({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => TYPICAL_PX,
    getItemKey: (index) => entries[index]!.key,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    overscan: 6,
  });
  const rows = list.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  useEffect(() => {
    if (first < AHEAD) void loadOlderMessages(id).catch(() => null);
  }, [id, first, entries.length]);
  // Opens at its end, and stays there when the answer bar or the keyboard takes room from it.
  useLayoutEffect(() => {
    list.scrollToEnd();
    return keepEnd(scroller.current!, () => list.scrollToEnd());
  }, [list]);

  const isAtEnd = list.isAtEnd();
  const newest = entries.at(-1)?.key ?? null;
  const seen = useRef(newest);
  if (isAtEnd) seen.current = newest;
  return (
    <div class="timeline-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it */}
      <div class="timeline" ref={scroller} tabIndex={0} role="log" aria-label="Conversation" aria-live="off">
        {entries.length === 0 && <p class="timeline-empty">Nothing said yet.</p>}
        <div class="window" style={{ height: `${list.getTotalSize()}px` }}>
          {rows.map(({ key, index, start }) => (
            <div
              key={key}
              class="window-row"
              data-index={index}
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
          data-new={seen.current !== newest}
          onClick={() => list.scrollToEnd()}
        >
          <Icon name="down" />
          <span>{seen.current === newest ? 'Newest' : 'New messages'}</span>
        </button>
      )}
    </div>
  );
}

/** @returns the end of the watch */
function keepEnd(element: HTMLElement, toEnd: () => void): () => void {
  let isAtEnd = true;
  const onScroll = () => {
    isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= AT_END_PX;
  };
  const sizes = new ResizeObserver(() => isAtEnd && toEnd());
  sizes.observe(element);
  element.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    sizes.disconnect();
    element.removeEventListener('scroll', onScroll);
  };
}
