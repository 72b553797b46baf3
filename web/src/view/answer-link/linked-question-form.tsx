import { useEffect } from 'preact/hooks';
import { formatRoute } from '../../model/route.ts';
import type { LinkedQuestion } from '../../model/wire.ts';
import { loadMarkdown, MarkdownText } from '../common/markdown-text.tsx';
import { Timestamp } from '../common/timestamp.tsx';
import { TextAnswer } from './text-answer.tsx';

interface LinkedQuestionFormProps {
  readonly linked: LinkedQuestion;
  readonly isSending: boolean;
  /** Why the last attempt failed. */
  readonly problem: string | null;
  /** Null: with the only value that the link has. */
  readonly onSend: (text: string | null) => void;
}

/** The question of a link, and what answers it. */
export function LinkedQuestionForm({ linked, isSending, problem, onSend }: LinkedQuestionFormProps) {
  useEffect(loadMarkdown, []);
  const { agent, question, value } = linked;
  if (question === null) {
    return (
      <>
        <h1>Test of a notification</h1>
        <p>Tap the button, so that the dashboard knows that your answers arrive.</p>
        <Send label="I see it" {...{ isSending, problem }} onSend={() => onSend(null)} />
      </>
    );
  }
  const { text, shape, expires_at } = question;
  return (
    <>
      <h1 dir="auto">{agent} asks</h1>
      <article class="linked-question" aria-label="Question">
        <MarkdownText text={shape?.text ?? text} />
      </article>
      {expires_at !== null && (
        <p class="muted">
          It ends <Timestamp time={expires_at} format="since" />.
        </p>
      )}
      {value !== null ? (
        <Send
          label={`Answer with: ${labelOf(value, shape)}`}
          {...{ isSending, problem }}
          onSend={() => onSend(null)}
        />
      ) : shape?.form != null ? (
        <p>
          This question has a form. <a href={formatRoute({ page: 'list' })}>Fill it in on the dashboard</a>.
        </p>
      ) : (
        <TextAnswer options={shape?.options ?? []} {...{ isSending, problem, onSend }} />
      )}
    </>
  );
}

const labelOf = (value: string, shape: NonNullable<LinkedQuestion['question']>['shape']): string =>
  shape?.options?.find((option) => option.value === value)?.label ?? value;

interface SendProps extends Pick<LinkedQuestionFormProps, 'isSending' | 'problem'> {
  readonly label: string;
  readonly onSend: () => void;
}

const Send = ({ label, isSending, problem, onSend }: SendProps) => (
  <>
    <button type="button" class="main-button" dir="auto" disabled={isSending} onClick={onSend}>
      {label}
    </button>
    <p class="problem" role="alert">
      {problem}
    </p>
  </>
);
