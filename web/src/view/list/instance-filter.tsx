import type { Signal } from '@preact/signals';
import type { ListFilter } from '../../model/list-filter.ts';
import { STATUS_GROUPS, type StatusGroup, statusGroupOf } from '../../model/status-group.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { Icon } from '../common/icon.tsx';

const LABELS: { readonly [N in StatusGroup]: string } = {
  waiting: 'Waiting',
  active: 'Active',
  stale: 'Silent',
  ended: 'Ended',
};

/** A search field, and a button for each status group and agent type that occurs in the list. */
export function InstanceFilter({ filter }: { readonly filter: Signal<ListFilter> }) {
  const instances = [...dashboard.value.instances.values()];
  const needs = new Set(instances.map(statusGroupOf));
  const types = [...new Set(instances.map(({ agent_type_name }) => agent_type_name))].sort();
  const { searchText: words, statusGroup: need, agentType } = filter.value;
  const set = (change: Partial<ListFilter>) => {
    filter.value = { ...filter.value, ...change };
  };
  return (
    <search class="filter">
      <label class="search">
        <Icon name="search" />
        <span class="for-screen-readers">Search names and latest messages</span>
        <input
          id="search"
          type="search"
          placeholder="Search"
          autocomplete="off"
          value={words}
          onInput={(event) => set({ searchText: event.currentTarget.value })}
        />
        <kbd>/</kbd>
      </label>
      <div class="filter-buttons">
        {STATUS_GROUPS.filter((one) => needs.has(one)).map((one) => (
          <FilterButton
            key={one}
            on={need === one}
            text={LABELS[one]}
            onTap={() => set({ statusGroup: need === one ? null : one })}
          />
        ))}
        {types.length > 1 &&
          types.map((type) => (
            <FilterButton
              key={`type:${type}`}
              on={agentType === type}
              text={type}
              onTap={() => set({ agentType: agentType === type ? null : type })}
            />
          ))}
      </div>
    </search>
  );
}

interface FilterButtonProps {
  readonly on: boolean;
  readonly text: string;
  readonly onTap: () => void;
}

const FilterButton = ({ on, text, onTap }: FilterButtonProps) => (
  <button type="button" class="filter-button" aria-pressed={on} onClick={onTap}>
    {text}
  </button>
);
