import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { preview } from '../../model/preview.ts';
import { formatRoute, type Route } from '../../model/route.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import { waitingOf } from '../../model/waiting.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { dashboard } from '../../store/agents/dashboard.ts';
import { replaceRoute } from '../../store/page/current-route.ts';
import { BackLink } from '../common/back-link.tsx';
import { Icon } from '../common/icon.tsx';
import { StatusMark, titleOf } from '../common/status-mark.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { InstanceDialog } from './instance-dialog.tsx';
import { PlaceFacts } from './place-facts.tsx';
import { StopDialog } from './stop-dialog.tsx';

interface InstanceHeaderProps {
  readonly instance: AgentInstance;
  readonly tab: 'conversation' | 'changes';
  readonly hasDiff: boolean;
}

export function InstanceHeader({ instance, tab, hasDiff }: InstanceHeaderProps) {
  const openDialog = useSignal<'edit' | 'stop' | null>(null);
  const close = () => {
    openDialog.value = null;
  };
  const heading = useRef<HTMLHeadingElement>(null);
  const { id } = instance;
  const waiting = waitingOf(instance, dashboard.value.conversations.get(id));
  // On a phone the list, which had the focus, is hidden now. The heading gets the focus, so that screen
  // readers continue there.
  useEffect(() => {
    if (document.getElementById('list')?.checkVisibility({ visibilityProperty: true }) === false)
      heading.current?.focus();
  }, []);
  return (
    <header class="instance-head">
      <BackLink />
      <div class="instance-title">
        <h1 ref={heading} tabIndex={-1} dir="auto">
          {titleOf(instance)}
        </h1>
        <p class="instance-facts">
          <StatusMark instance={instance} waitsSince={waiting?.since ?? null} />
          {instance.name !== null && (
            <span class={waiting === null ? undefined : 'wide-only'}>{instance.agent_type_name}</span>
          )}
          {waiting === null ? (
            <span class="wide-only">
              started <Timestamp time={instance.started_at} />
            </span>
          ) : (
            <span class="wide-only waits-for" dir="auto">
              {preview(waiting.question)}
            </span>
          )}
        </p>
        <PlaceFacts instance={instance} />
      </div>
      {(hasDiff || tab === 'changes') && (
        <div class="tabs">
          <Tab id={id} tab="conversation" isOpen={tab === 'conversation'}>
            Conversation
          </Tab>
          <Tab id={id} tab="changes" isOpen={tab === 'changes'}>
            Changes
          </Tab>
        </div>
      )}
      {statusGroupOf(instance) !== 'ended' && (
        <button
          type="button"
          class="icon-button"
          aria-label="Stop this agent"
          title="Stop this agent"
          onClick={() => {
            openDialog.value = 'stop';
          }}
        >
          <Icon name="stop" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="Rename, end or delete"
        title="Rename, end or delete"
        onClick={() => {
          openDialog.value = 'edit';
        }}
      >
        <Icon name="more" />
      </button>
      {openDialog.value === 'edit' && <InstanceDialog instance={instance} onClose={close} />}
      {openDialog.value === 'stop' && <StopDialog instance={instance} onClose={close} />}
    </header>
  );
}

interface TabProps {
  readonly id: string;
  readonly tab: 'conversation' | 'changes';
  readonly isOpen: boolean;
  readonly children: ComponentChildren;
}

function Tab({ id, tab, isOpen, children }: TabProps) {
  const route: Route = { page: 'instance', id, tab };
  return (
    <a
      href={formatRoute(route)}
      aria-current={isOpen ? 'page' : undefined}
      onClick={(event) => {
        event.preventDefault();
        replaceRoute(route);
      }}
    >
      {children}
    </a>
  );
}
