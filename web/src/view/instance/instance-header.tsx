import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatRoute, type Route } from '../../model/route.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { replaceRoute } from '../../store/page/current-route.ts';
import { BackLink } from '../common/back-link.tsx';
import { Icon } from '../common/icon.tsx';
import { StatusMark, titleOf } from '../common/status-mark.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { InstanceDialog } from './instance-dialog.tsx';

interface InstanceHeaderProps {
  readonly instance: AgentInstance;
  readonly tab: 'conversation' | 'changes';
  readonly hasDiff: boolean;
}

export function InstanceHeader({ instance, tab, hasDiff }: InstanceHeaderProps) {
  const isDialogOpen = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const { id } = instance;
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
          <StatusMark instance={instance} />
          {instance.name !== null && <span>{instance.agent_type_name}</span>}
          <span class="wide-only">
            started <Timestamp time={instance.started_at} />
          </span>
        </p>
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
      <button
        type="button"
        class="icon-button"
        aria-label="Rename, end or delete"
        title="Rename, end or delete"
        onClick={() => {
          isDialogOpen.value = true;
        }}
      >
        <Icon name="more" />
      </button>
      {isDialogOpen.value && (
        <InstanceDialog
          instance={instance}
          onClose={() => {
            isDialogOpen.value = false;
          }}
        />
      )}
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
