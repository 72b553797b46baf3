import { useSignal, useSignalEffect } from '@preact/signals';
import { fragmentOf } from '../model/route.ts';
import { dashboard, notFound, readInstance } from '../store/dashboard.ts';
import { connection } from '../store/live.ts';
import { AnswerBar } from './answer-bar.tsx';
import { InstanceHeader } from './instance-header.tsx';
import { lazy } from './lazy.tsx';
import { loadMarkdown, markdownIsReady } from './markdown-text.tsx';
import { Timeline } from './timeline.tsx';

const DiffView = lazy(() => import('./diff-view.tsx').then(({ DiffView }) => DiffView));

interface InstanceViewProps {
  readonly id: string;
  readonly tab: 'conversation' | 'changes';
}

export function InstanceView({ id, tab }: InstanceViewProps) {
  const failed = useSignal(false);
  useSignalEffect(() => {
    const known = dashboard.value.conversations.get(id);
    if (connection.value.state === 'connecting' || (known !== undefined && !known.hasGap)) return;
    loadMarkdown();
    readInstance(id).then(
      () => {
        failed.value = false;
      },
      () => {
        failed.value = true;
      },
    );
  });
  const instance = dashboard.value.instances.get(id);
  const conversation = dashboard.value.conversations.get(id);
  if (instance === undefined) {
    if (conversation !== undefined || notFound.value.has(id)) return <Gone />;
    return <div class="opening" aria-busy={!failed.value} />;
  }
  return (
    <article class="instance" aria-label={instance.name ?? instance.agent_type_name}>
      <InstanceHeader instance={instance} tab={tab} hasDiff={Boolean(conversation?.gitDiff)} />
      {tab === 'changes' ? (
        <DiffView id={id} />
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

const Gone = () => (
  <div class="nothing">
    <p>This agent is not here, or not any more.</p>
    <p>
      <a href={fragmentOf({ page: 'list' })}>All agents</a>
    </p>
  </div>
);
