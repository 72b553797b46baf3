import type { Signal } from '@preact/signals';
import type { ListFilter } from '../../model/list-filter.ts';
import { STATUS_GROUPS, type StatusGroup, statusGroupOf } from '../../model/status-group.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { isGroupedByRepository } from '../../store/agents/list-grouping.ts';
import { Icon } from '../common/icon.tsx';

const LABELS: { readonly [Group in StatusGroup]: string } = {
  waiting: 'Waiting',
  active: 'Active',
  stale: 'Silent',
  ended: 'Ended',
};

/**
 * A search field, and a button for each status group that occurs in the list. If there are several agent
 * types, each has a button, too. The last button groups the list by repository.
 */
export function InstanceFilter({ filter }: { readonly filter: Signal<ListFilter> }) {
  const instances = [...dashboard.value.instances.values()];
  const groups = new Set(instances.map(statusGroupOf));
  const types = [...new Set(instances.map(({ agent_type_name }) => agent_type_name))].sort();
  const { searchText, statusGroup, agentType } = filter.value;
  const changeFilter = (change: Partial<ListFilter>) => {
    filter.value = { ...filter.value, ...change };
  };
  return (
    <search class="filter">
      <label class="search">
        <Icon name="search" />
        <span class="for-screen-readers">Search names, places and messages</span>
        <input
          id="search"
          type="search"
          placeholder="Search"
          autocomplete="off"
          value={searchText}
          onInput={(event) => changeFilter({ searchText: event.currentTarget.value })}
        />
        <kbd>/</kbd>
      </label>
      <div class="filter-buttons">
        {STATUS_GROUPS.filter((group) => groups.has(group)).map((group) => (
          <FilterButton
            key={group}
            isPressed={statusGroup === group}
            text={LABELS[group]}
            onTap={() => changeFilter({ statusGroup: statusGroup === group ? null : group })}
          />
        ))}
        {types.length > 1 &&
          types.map((type) => (
            <FilterButton
              key={`type:${type}`}
              isPressed={agentType === type}
              text={type}
              onTap={() => changeFilter({ agentType: agentType === type ? null : type })}
            />
          ))}
        {(isGroupedByRepository.value || instances.some(({ context }) => context?.repository)) && (
          <FilterButton
            isPressed={isGroupedByRepository.value}
            text="By repository"
            onTap={() => {
              isGroupedByRepository.value = !isGroupedByRepository.value;
            }}
          />
        )}
      </div>
    </search>
  );
}

interface FilterButtonProps {
  readonly isPressed: boolean;
  readonly text: string;
  readonly onTap: () => void;
}

const FilterButton = ({ isPressed, text, onTap }: FilterButtonProps) => (
  <button type="button" class="filter-button" aria-pressed={isPressed} onClick={onTap}>
    {text}
  </button>
);
