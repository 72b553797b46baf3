import { useEffect } from 'preact/hooks';
import { loadUntilMessage } from '../../store/agents/dashboard.ts';
import { showError, showNotice } from '../../store/page/notices.ts';
import { questionToScrollTo } from './answer/chosen-question.ts';

/**
 * Scrolls to the message with which the conversation was opened, as soon as it is loaded.
 * @param isLoaded whether the newest messages of the conversation are loaded
 */
export function useFoundMessage(id: string, messageId: string | undefined, isLoaded: boolean): void {
  useEffect(() => {
    if (messageId === undefined || !isLoaded) return;
    let isCurrent = true;
    loadUntilMessage(id, messageId).then((isFound) => {
      if (!isCurrent) return;
      if (isFound) questionToScrollTo.value = messageId;
      else showNotice('This message is not there any more, or too far back to be shown here.');
    }, showError);
    return () => {
      isCurrent = false;
    };
  }, [id, messageId, isLoaded]);
}
