import { signal } from '@preact/signals';
import { everything, type Filter, isFiltering, matching } from '../../model/list-filter.ts';
import { byNeed, type Need } from '../../model/need.ts';
import { dashboard, nextCursor, readMoreInstances } from '../../store/agents/dashboard.ts';
import { tellFailure } from '../../store/page/notices.ts';
import { InstanceFilter } from './instance-filter.tsx';
import { InstanceRow } from './instance-row.tsx';
import { ListHeader } from './list-header.tsx';
import { Welcome } from './welcome.tsx';

export const filter = signal<Filter>(everything);

const HEADINGS: { readonly [N in Need]: string } = {
  waiting: 'Waiting for you',
  active: 'Active',
  stale: 'Silent',
  ended: 'Ended',
};

export function InstanceList() {
  const { instances } = dashboard.value;
  const isRead = nextCursor.value !== undefined;
  return (
    <nav class="list" aria-label="Agents">
      <ListHeader />
      {instances.size > 0 && <InstanceFilter filter={filter} />}
      <div class="list-scroll" id="list">
        {!isRead && instances.size === 0 && <Placeholder />}
        {isRead && instances.size === 0 && <Welcome />}
        <Groups />
        {nextCursor.value && (
          <button
            type="button"
            class="quiet-button"
            onClick={() => void readMoreInstances().catch(tellFailure)}
          >
            Show older
          </button>
        )}
      </div>
    </nav>
  );
}

function Groups() {
  const found = matching(dashboard.value.instances.values(), filter.value);
  if (found.length === 0 && isFiltering(filter.value)) {
    return (
      <p class="list-empty">
        Nothing matches.{' '}
        <button type="button" class="text-button" onClick={() => (filter.value = everything)}>
          Show all
        </button>
      </p>
    );
  }
  return byNeed(found).map(({ need, instances }) => (
    <section key={need} aria-labelledby={`group-${need}`}>
      <h2 class="group-head" id={`group-${need}`} data-need={need}>
        {HEADINGS[need]} <span class="count">{instances.length}</span>
      </h2>
      <ul class="rows">
        {instances.map((instance) => (
          <InstanceRow key={instance.id} instance={instance} />
        ))}
      </ul>
    </section>
  ));
}

/** As high as what will come, so that nothing jumps. */
const Placeholder = () => (
  <div class="placeholder" aria-busy="true">
    <span />
    <span />
    <span />
  </div>
);
