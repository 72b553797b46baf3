import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatRoute } from '../../model/route.ts';
import { dashboard, loadInstance, notFoundIds } from '../../store/agents/dashboard.ts';
import { connection } from '../../store/agents/live-updates.ts';
import { lazy } from '../common/lazy.tsx';
import { isMarkdownReady, loadMarkdown } from '../common/markdown-text.tsx';
import { AnswerBar } from './answer/answer-bar.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { InstanceHeader } from './instance-header.tsx';
import { StopNotice } from './stop-notice.tsx';
import { Timeline } from './timeline.tsx';
import { useFoundMessage } from './use-found-message.ts';

const DiffView = lazy(() => import('./diff-view.tsx').then(({ DiffView }) => DiffView));

interface InstanceViewProps {
  readonly id: string;
  readonly tab: 'conversation' | 'changes';
  /** The message at which the conversation opens. Undefined: at its end. */
  readonly messageId: string | undefined;
}

export function InstanceView({ id, tab, messageId }: InstanceViewProps) {
  const hasLoadFailed = useSignal(false);
  const load = () => {
    loadInstance(id).then(
      () => {
        hasLoadFailed.value = false;
      },
      () => {
        hasLoadFailed.value = true;
      },
    );
  };
  useSignalEffect(() => {
    const known = dashboard.value.conversations.get(id);
    if (connection.value.state !== 'connecting' && (known === undefined || known.hasGap)) load();
  });
  useEffect(loadMarkdown, []);
  const instance = dashboard.value.instances.get(id);
  const conversation = dashboard.value.conversations.get(id);
  useFoundMessage(id, messageId, conversation !== undefined);
  if (instance === undefined) {
    if (conversation !== undefined || notFoundIds.value.has(id)) return <NotFound />;
    return hasLoadFailed.value ? <LoadFailed onRetry={load} /> : <div class="loading" aria-busy="true" />;
  }
  return (
    <article class="instance" aria-label={instance.name ?? instance.agent_type_name}>
      {/* An outdated diff counts as a diff: it is loaded again when its tab is opened. */}
      <InstanceHeader
        instance={instance}
        tab={tab}
        hasDiff={Boolean(conversation?.gitDiff) || conversation?.isGitDiffOutdated === true}
      />
      <StopNotice instance={instance} />
      <FailureNotice instance={instance} />
      {tab === 'changes' ? (
        <DiffView id={id} />
      ) : conversation === undefined && hasLoadFailed.value ? (
        <LoadFailed onRetry={load} />
      ) : conversation === undefined || !isMarkdownReady.value ? (
        <div class="timeline" aria-busy="true" />
      ) : (
        <Timeline id={id} conversation={conversation} foundId={messageId ?? null} />
      )}
      {tab === 'conversation' && conversation !== undefined && (
        <AnswerBar instance={instance} conversation={conversation} />
      )}
    </article>
  );
}

const LoadFailed = ({ onRetry }: { readonly onRetry: () => void }) => (
  <div class="empty-state">
    <p>This conversation could not be loaded.</p>
    <button type="button" class="text-button" onClick={onRetry}>
      Try again
    </button>
  </div>
);

const NotFound = () => (
  <div class="empty-state">
    <p>There is no agent at this address. It may have been deleted.</p>
    <p>
      <a href={formatRoute({ page: 'list' })}>All agents</a>
    </p>
  </div>
);
