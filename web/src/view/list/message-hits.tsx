import { formatRoute } from '../../model/route.ts';
import type { MessageHit } from '../../model/wire.ts';
import { messageSearch, searchFurther } from '../../store/agents/message-search.ts';
import { currentRoute } from '../../store/page/current-route.ts';
import { Timestamp } from '../common/timestamp.tsx';

/** The messages in which the search has found all its words, below the agents that match. */
export function MessageHits() {
  const search = messageSearch.value;
  if (search === null) return null;
  const { hits, state, nextCursor } = search;
  return (
    <section aria-labelledby="message-hits" aria-busy={state === 'searching'}>
      <h2 class="group-head" id="message-hits">
        In messages <span class="count">{hits.length}</span>
      </h2>
      <ul class="rows">
        {hits.map((hit) => (
          <HitRow key={hit.message_id} hit={hit} />
        ))}
      </ul>
      <p class="list-note" role="status">
        {state === 'searching' && 'Searching…'}
        {state === 'failed' && 'The search failed.'}
        {state === 'paused' && hits.length === 0 && 'Found in no message that was searched.'}
      </p>
      {(state === 'failed' || (state === 'paused' && nextCursor !== null)) && (
        <button type="button" class="quiet-button" onClick={searchFurther}>
          {state === 'failed' ? 'Search again' : 'Search older messages'}
        </button>
      )}
    </section>
  );
}

function HitRow({ hit }: { readonly hit: MessageHit }) {
  const { agent_instance_id: id, message_id: messageId } = hit;
  const route = currentRoute.value;
  const isOpen = route.page === 'instance' && route.messageId === messageId;
  return (
    <li>
      <a
        class="row"
        href={formatRoute({ page: 'instance', id, tab: 'conversation', messageId })}
        aria-current={isOpen ? 'page' : undefined}
      >
        <span class="row-head">
          <span class="row-title" dir="auto">
            {hit.name ?? hit.agent_type_name}
          </span>
          <span class="row-time">
            <Timestamp time={hit.created_at} />
          </span>
        </span>
        <span class="row-text" dir="auto">
          {hit.sender_type === 'USER' && 'You: '}
          {hit.snippet}
        </span>
      </a>
    </li>
  );
}
