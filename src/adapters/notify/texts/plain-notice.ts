import { plainLine, plainText } from '../../../domain/text/plain-text.ts';
import type { Notice, NoticeQuestion, Recall } from '../../../ports/notifier.ts';

/** Makes all texts of a notice safe to show, also those of a caller that forgot it. */
export const plainNotice = (notice: Notice): Notice => ({
  ...notice,
  title: plainLine(notice.title),
  text: plainText(notice.text),
  agent: notice.agent && {
    ...notice.agent,
    type: plainLine(notice.agent.type),
    name: notice.agent.name && plainLine(notice.agent.name),
  },
  question: notice.question && plainQuestion(notice.question),
});

const plainQuestion = (question: NoticeQuestion): NoticeQuestion => ({
  ...question,
  options: question.options.map((option) => ({ ...option, label: plainLine(option.label) })),
  deadline: question.deadline && {
    at: question.deadline.at,
    defaultAnswer: question.deadline.defaultAnswer && plainLine(question.deadline.defaultAnswer),
  },
});

export const plainRecall = (recall: Recall): Recall => ({
  ...recall,
  title: plainLine(recall.title),
  outcome: plainLine(recall.outcome),
});
