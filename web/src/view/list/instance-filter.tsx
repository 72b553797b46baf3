import type { Signal } from '@preact/signals';
import type { Filter } from '../../model/list-filter.ts';
import { NEEDS, type Need, needOf } from '../../model/need.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { Icon } from '../common/icon.tsx';

const CHIPS: { readonly [N in Need]: string } = {
  waiting: 'Waiting',
  active: 'Active',
  stale: 'Silent',
  ended: 'Ended',
};

/** Search, and chips for what there is to choose from. */
export function InstanceFilter({ filter }: { readonly filter: Signal<Filter> }) {
  const instances = [...dashboard.value.instances.values()];
  const needs = new Set(instances.map(needOf));
  const types = [...new Set(instances.map(({ agent_type_name }) => agent_type_name))].sort();
  const { words, need, agentType } = filter.value;
  const set = (change: Partial<Filter>) => {
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
          onInput={(event) => set({ words: event.currentTarget.value })}
        />
        <kbd>/</kbd>
      </label>
      <div class="chips">
        {NEEDS.filter((one) => needs.has(one)).map((one) => (
          <Chip
            key={one}
            on={need === one}
            text={CHIPS[one]}
            onTap={() => set({ need: need === one ? null : one })}
          />
        ))}
        {types.length > 1 &&
          types.map((type) => (
            <Chip
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

interface ChipProps {
  readonly on: boolean;
  readonly text: string;
  readonly onTap: () => void;
}

const Chip = ({ on, text, onTap }: ChipProps) => (
  <button type="button" class="chip" aria-pressed={on} onClick={onTap}>
    {text}
  </button>
);
