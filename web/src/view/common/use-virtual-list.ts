import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

type VirtualList = Virtualizer<HTMLElement, HTMLElement>;
type VirtualListOptions = Pick<
  VirtualizerOptions<HTMLElement, HTMLElement>,
  'count' | 'getScrollElement' | 'estimateSize'
> &
  Partial<VirtualizerOptions<HTMLElement, HTMLElement>>;

/** Renders a long list: only the visible rows, and a few more, are in the document. */
export function useVirtualList(options: VirtualListOptions): VirtualList {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  const allOptions: VirtualizerOptions<HTMLElement, HTMLElement> = {
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    ...options,
    onChange: () => renderAgain(undefined),
  };
  const [list] = useState(() => new Virtualizer(allOptions));
  list.setOptions(allOptions);
  // The library has no public names for these two methods. Its own hook for React calls them like this.
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  return list;
}
