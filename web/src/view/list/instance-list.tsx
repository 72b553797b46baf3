import { useId } from 'preact/hooks';
import { isFiltering, NO_FILTER } from '../../model/list-filter.ts';
import type { ListGroup } from '../../model/repository-group.ts';
import type { StatusGroup } from '../../model/status-group.ts';
import { dashboard, loadMoreInstances, nextCursor } from '../../store/agents/dashboard.ts';
import { filter, listedGroups } from '../../store/agents/list.ts';
import { showError } from '../../store/page/notices.ts';
import { InstanceFilter } from './instance-filter.tsx';
import { InstanceRow } from './instance-row.tsx';
import { ListFoot } from './list-foot.tsx';
import { ListHeader } from './list-header.tsx';
import { MessageHits } from './message-hits.tsx';
import { Welcome } from './welcome.tsx';

const HEADINGS: { readonly [Group in StatusGroup]: string } = {
  waiting: 'Waiting for you',
  active: 'Active',
  stale: 'Silent',
  ended: 'Ended',
};

export function InstanceList() {
  const { instances } = dashboard.value;
  const isLoaded = nextCursor.value !== undefined;
  return (
    <nav class="list" aria-label="Agents">
      <ListHeader />
      {instances.size > 0 && <InstanceFilter filter={filter} />}
      <div class="list-scroll" id="list">
        {!isLoaded && instances.size === 0 && <ListPlaceholder />}
        {isLoaded && instances.size === 0 && <Welcome />}
        <ListGroups />
        <MessageHits />
        {nextCursor.value && (
          <button
            type="button"
            class="quiet-button"
            onClick={() => void loadMoreInstances().catch(showError)}
          >
            Show older
          </button>
        )}
        {isLoaded && <ListFoot />}
      </div>
    </nav>
  );
}

function ListGroups() {
  const groups = listedGroups.value;
  if (groups.length === 0 && isFiltering(filter.value)) {
    return (
      <p class="list-empty">
        No agents match.{' '}
        <button type="button" class="text-button" onClick={() => (filter.value = NO_FILTER)}>
          Show all
        </button>
      </p>
    );
  }
  return groups.map((group) => <ListSection key={keyOf(group)} group={group} />);
}

const keyOf = (group: ListGroup): string =>
  'statusGroup' in group ? group.statusGroup : `repository:${group.repository ?? ''}`;

function ListSection({ group }: { readonly group: ListGroup }) {
  const headingId = useId();
  const { instances } = group;
  return (
    <section aria-labelledby={headingId}>
      <h2
        class="group-head"
        id={headingId}
        data-group={'statusGroup' in group ? group.statusGroup : undefined}
      >
        {'statusGroup' in group ? (
          HEADINGS[group.statusGroup]
        ) : (
          <bdi class="group-name">{group.repository ?? 'No repository'}</bdi>
        )}{' '}
        <span class="count">{instances.length}</span>
      </h2>
      <ul class="rows">
        {instances.map((instance) => (
          <InstanceRow key={instance.id} instance={instance} />
        ))}
      </ul>
    </section>
  );
}

/** Shown while the list is loading. About as high as the list, so that the page does not jump. */
const ListPlaceholder = () => (
  <div class="placeholder" aria-busy="true">
    <span />
    <span />
    <span />
  </div>
);
