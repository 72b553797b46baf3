import { effect, signal } from '@preact/signals';
import type { MessageHit } from '../../model/wire.ts';
import { requestPage } from '../../server/request.ts';
import { filter } from './list.ts';

/** What a search in the messages of all agents has found so far. */
export interface MessageSearch {
  readonly query: string;
  readonly hits: readonly MessageHit[];
  /** Where the search goes on; null: all messages were looked at. */
  readonly nextCursor: string | null;
  readonly state: 'searching' | 'paused' | 'failed';
}

/** Null: nothing is searched. */
export const messageSearch = signal<MessageSearch | null>(null);

/** The search begins when the user pauses, and not at each keystroke. */
const PAUSE_MS = 300;
/** One letter is in nearly every message. */
const MIN_QUERY_LENGTH = 2;
const MAX_QUERY_LENGTH = 200;
/** After so many new hits or requests the search pauses. A request looks at some thousand messages. */
const HITS_PER_RUN = 20;
const REQUESTS_PER_RUN = 5;

let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  const query = [...filter.value.searchText.trim()].slice(0, MAX_QUERY_LENGTH).join('');
  if (query === messageSearch.peek()?.query) return;
  clearTimeout(timer);
  messageSearch.value = null;
  if (query.length < MIN_QUERY_LENGTH) return;
  timer = setTimeout(() => void run({ query, hits: [], nextCursor: null, state: 'searching' }), PAUSE_MS);
});

/** Goes on where the search has paused or failed. */
export function searchFurther(): void {
  if (messageSearch.value !== null) void run(messageSearch.value);
}

/** Shows what is found as it comes, until there is enough, or until another search has begun. */
async function run(begun: MessageSearch): Promise<void> {
  let search: MessageSearch = { ...begun, state: 'searching' };
  const show = (next: MessageSearch) => {
    search = next;
    messageSearch.value = next;
  };
  show(search);
  const enough = search.hits.length + HITS_PER_RUN;
  try {
    for (let requests = 1; ; requests += 1) {
      const { items, nextCursor } = await requestPage<MessageHit>(`/messages/search?${parametersOf(search)}`);
      if (messageSearch.value !== search) return;
      const hits = [...search.hits, ...items];
      const isOver = nextCursor === null || hits.length >= enough || requests >= REQUESTS_PER_RUN;
      show({ ...search, hits, nextCursor, state: isOver ? 'paused' : 'searching' });
      if (isOver) return;
    }
  } catch {
    if (messageSearch.value === search) show({ ...search, state: 'failed' });
  }
}

function parametersOf({ query, nextCursor }: MessageSearch): URLSearchParams {
  const parameters = new URLSearchParams({ q: query, limit: String(HITS_PER_RUN) });
  if (nextCursor !== null) parameters.set('cursor', nextCursor);
  return parameters;
}
