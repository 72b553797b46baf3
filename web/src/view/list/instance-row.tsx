import { placeOf } from '../../model/agent-place.ts';
import { preview } from '../../model/preview.ts';
import { formatRoute } from '../../model/route.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import { isOver, stopStateOf } from '../../model/stop-state.ts';
import { waitingOf } from '../../model/waiting.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { currentRoute } from '../../store/page/current-route.ts';
import { AgentPlace } from '../common/agent-place.tsx';
import { StatusMark, titleOf } from '../common/status-mark.tsx';
import { Timestamp } from '../common/timestamp.tsx';

export function InstanceRow({ instance }: { readonly instance: AgentInstance }) {
  const isOpen = currentRoute.value.page === 'instance' && currentRoute.value.id === instance.id;
  const waiting = waitingOf(instance, dashboard.value.conversations.get(instance.id));
  const stop = stopStateOf(instance);
  const place = placeOf(instance);
  return (
    <li>
      <a
        class="row"
        href={formatRoute({ page: 'instance', id: instance.id, tab: 'conversation' })}
        aria-current={isOpen ? 'page' : undefined}
        data-status={instance.status}
        data-group={statusGroupOf(instance)}
      >
        <span class="row-head">
          <span class="row-title" dir="auto">
            {titleOf(instance)}
          </span>
          <span class="row-time">
            <Timestamp time={waiting?.since ?? instance.latest_message_at ?? instance.started_at} />
          </span>
        </span>
        <span class="row-text" dir="auto">
          {preview(waiting?.question ?? instance.latest_message ?? '') || 'No messages yet'}
        </span>
        {place.length > 0 && <AgentPlace place={place} />}
        <span class="row-foot">
          <StatusMark instance={instance} waitsSince={waiting?.since ?? null} />
          {stop !== null && !isOver(stop) && (
            <span class="row-stop">{stop.stage === 'told' ? 'Told to stop' : 'Stop requested'}</span>
          )}
          {instance.name !== null && <span class="row-type">{instance.agent_type_name}</span>}
          <span>{instance.chat_length === 1 ? '1 message' : `${instance.chat_length} messages`}</span>
        </span>
      </a>
    </li>
  );
}
