import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { preview } from '../../../model/preview.ts';
import type { QuestionQueue } from '../../../model/question/question-queue.ts';
import { textOf } from '../../../model/question/question-text.ts';
import { statusGroupOf } from '../../../model/status-group.ts';
import type { AgentInstance } from '../../../model/wire.ts';
import { focusRequest, forgetFocusRequest } from '../../../store/agents/question-focus.ts';
import { announcement } from '../../../store/page/notices.ts';
import { questionToScrollTo } from './chosen-question.ts';

/**
 * Moves the focus to the next question after an answer, or after the key that leads to the next agent that
 * waits. The focus goes to the question as a whole, and not to a button or field of it: a key that was meant
 * for the question before must not answer this one, and shortcuts go on to work.
 * @returns the ref of the element that gets the focus
 */
export function useQuestionFocus(
  instance: AgentInstance,
  { question }: QuestionQueue,
): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const { id } = instance;
  const isWaiting = statusGroupOf(instance) === 'waiting';
  const request = focusRequest.value;
  useEffect(() => {
    if (request?.instanceId !== id) return;
    // While the agent waits, its question may not be loaded yet.
    if (question === null && isWaiting) return;
    if (question !== null && question.id === request.after) return;
    forgetFocusRequest(id);
    if (question === null) return;
    questionToScrollTo.value = question.id;
    if (mayTakeFocus()) element.current?.focus();
    else announcement.value = `Next question: ${preview(textOf(question))}`;
  }, [request, question?.id, isWaiting]);
  useEffect(() => () => forgetFocusRequest(id), [id]);
  return element;
}

/** Returns false while the user writes, also the next answer, or has a dialog open. */
const mayTakeFocus = (): boolean =>
  document.activeElement?.matches('input, select, textarea, dialog *') !== true;
