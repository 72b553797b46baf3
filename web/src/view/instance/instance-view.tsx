import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatRoute } from '../../model/route.ts';
import { dashboard, notFoundIds, loadInstance } from '../../store/agents/dashboard.ts';
import { connection } from '../../store/agents/live-updates.ts';
import { lazy } from '../common/lazy.tsx';
import { loadMarkdown, markdownIsReady } from '../common/markdown-text.tsx';
import { AnswerBar } from './answer-bar.tsx';
import { InstanceHeader } from './instance-header.tsx';
import { Timeline } from './timeline.tsx';

const DiffView = lazy(() => import('./diff-view.tsx').then(({ DiffView }) => DiffView));

interface InstanceViewProps {
  readonly id: string;
  readonly tab: 'conversation' | 'changes';
}

export function InstanceView({ id, tab }: InstanceViewProps) {
  const failed = useSignal(false);
  const read = () => {
    loadInstance(id).then(
      () => {
        failed.value = false;
      },
      () => {
        failed.value = true;
      },
    );
  };
  useSignalEffect(() => {
    const known = dashboard.value.conversations.get(id);
    if (connection.value.state !== 'connecting' && (known === undefined || known.hasGap)) read();
  });
  useEffect(loadMarkdown, []);
  const instance = dashboard.value.instances.get(id);
  const conversation = dashboard.value.conversations.get(id);
  if (instance === undefined) {
    if (conversation !== undefined || notFoundIds.value.has(id)) return <Gone />;
    return failed.value ? <Unread onRetry={read} /> : <div class="opening" aria-busy="true" />;
  }
  return (
    <article class="instance" aria-label={instance.name ?? instance.agent_type_name}>
      {/* A diff that is only known to have changed is read when it is looked at. */}
      <InstanceHeader
        instance={instance}
        tab={tab}
        hasDiff={Boolean(conversation?.gitDiff) || conversation?.gitDiffIsOld === true}
      />
      {tab === 'changes' ? (
        <DiffView id={id} />
      ) : conversation === undefined && failed.value ? (
        <Unread onRetry={read} />
      ) : conversation === undefined || !markdownIsReady.value ? (
        <div class="timeline" aria-busy="true" />
      ) : (
        <Timeline id={id} conversation={conversation} />
      )}
      {tab === 'conversation' && conversation !== undefined && (
        <AnswerBar instance={instance} conversation={conversation} />
      )}
    </article>
  );
}

const Unread = ({ onRetry }: { readonly onRetry: () => void }) => (
  <div class="nothing">
    <p>This could not be read.</p>
    <button type="button" class="text-button" onClick={onRetry}>
      Try again
    </button>
  </div>
);

const Gone = () => (
  <div class="nothing">
    <p>This agent is not here, or not any more.</p>
    <p>
      <a href={formatRoute({ page: 'list' })}>All agents</a>
    </p>
  </div>
);
