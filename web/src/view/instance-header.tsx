import { useSignal } from '@preact/signals';
import { fragmentOf } from '../model/route.ts';
import type { AgentInstance } from '../model/wire.ts';
import { Icon } from './icon.tsx';
import { InstanceDialog } from './instance-dialog.tsx';
import { StatusMark, titleOf } from './status-mark.tsx';
import { When } from './when.tsx';

interface InstanceHeaderProps {
  readonly instance: AgentInstance;
  readonly tab: 'conversation' | 'changes';
  readonly hasDiff: boolean;
}

export function InstanceHeader({ instance, tab, hasDiff }: InstanceHeaderProps) {
  const dialog = useSignal(false);
  const { id } = instance;
  return (
    <header class="instance-head">
      <a class="icon-button back" href={fragmentOf({ page: 'list' })} aria-label="All agents">
        <Icon name="back" />
      </a>
      <div class="instance-title">
        <h1>{titleOf(instance)}</h1>
        <p class="instance-facts">
          <StatusMark instance={instance} />
          {instance.name !== null && <span>{instance.agent_type_name}</span>}
          <span class="wide-only">
            started <When at={instance.started_at} />
          </span>
        </p>
      </div>
      {(hasDiff || tab === 'changes') && (
        <div class="tabs">
          <a
            href={fragmentOf({ page: 'instance', id, tab: 'conversation' })}
            aria-current={tab === 'conversation' ? 'page' : undefined}
          >
            Conversation
          </a>
          <a
            href={fragmentOf({ page: 'instance', id, tab: 'changes' })}
            aria-current={tab === 'changes' ? 'page' : undefined}
          >
            Changes
          </a>
        </div>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="Rename, end or delete"
        title="Rename, end or delete"
        onClick={() => {
          dialog.value = true;
        }}
      >
        <Icon name="more" />
      </button>
      {dialog.value && (
        <InstanceDialog
          instance={instance}
          onClose={() => {
            dialog.value = false;
          }}
        />
      )}
    </header>
  );
}
