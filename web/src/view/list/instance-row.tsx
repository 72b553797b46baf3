import { preview } from '../../model/preview.ts';
import { formatRoute } from '../../model/route.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { currentRoute } from '../../store/page/current-route.ts';
import { StatusMark, titleOf } from '../common/status-mark.tsx';
import { Timestamp } from '../common/timestamp.tsx';

export function InstanceRow({ instance }: { readonly instance: AgentInstance }) {
  const isOpen = currentRoute.value.page === 'instance' && currentRoute.value.id === instance.id;
  return (
    <li>
      <a
        class="row"
        href={formatRoute({ page: 'instance', id: instance.id, tab: 'conversation' })}
        aria-current={isOpen ? 'page' : undefined}
        data-status={instance.status}
      >
        <span class="row-head">
          <span class="row-title" dir="auto">
            {titleOf(instance)}
          </span>
          <span class="row-time">
            <Timestamp time={instance.latest_message_at ?? instance.started_at} />
          </span>
        </span>
        <span class="row-text" dir="auto">
          {preview(instance.latest_message ?? '') || 'No messages yet'}
        </span>
        <span class="row-foot">
          <StatusMark instance={instance} />
          {instance.name !== null && <span class="row-type">{instance.agent_type_name}</span>}
          <span>{instance.chat_length === 1 ? '1 message' : `${instance.chat_length} messages`}</span>
        </span>
      </a>
    </li>
  );
}
