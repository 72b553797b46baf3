import type { Notice, NoticeOption, NoticeQuestion, Recall } from '../../ports/notifier.ts';
import { msAfterNow, NOW, newId } from '../test-values.ts';

const PAGE = 'https://dashboard.example';

export function testOption(label: string): NoticeOption {
  const token = newId().replaceAll('-', '').padEnd(43, 'A');
  return {
    ...{ label, token },
    postUrl: `${PAGE}/api/v1/answer-links/${token}`,
    pageUrl: `${PAGE}/#/answer/${token}`,
  };
}

export const testQuestion = (question: Partial<NoticeQuestion> = {}): NoticeQuestion => ({
  ...{ id: newId(), options: [], takesText: true, token: newId(), deadline: null },
  postUrl: `${PAGE}/api/v1/answer-links/${newId()}`,
  pageUrl: `${PAGE}/#/answer/${newId()}`,
  ...question,
});

/** A step. Tests override what they are about. */
export function testNotice(notice: Partial<Notice> = {}): Notice {
  const instanceId = newId();
  return {
    ...{ id: newId(), event: 'step', question: null, createdAt: NOW },
    title: 'Nightly build (Codex) reports',
    text: 'The migration is done.\nAll 214 tests pass.',
    url: `${PAGE}/#/instances/${instanceId}`,
    agent: { instanceId, type: 'Codex', name: 'Nightly build' },
    ...notice,
  };
}

export const questionNotice = (question: Partial<NoticeQuestion> = {}): Notice =>
  testNotice({
    ...{ event: 'question', title: 'Nightly build (Codex) asks' },
    text: 'Which port should the server use?',
    question: testQuestion(question),
  });

/** One notice of each kind that a channel gets, by what it is. */
export const NOTICES: { readonly [name: string]: () => Notice } = {
  'a question with options': () =>
    questionNotice({ options: [testOption('8080'), testOption('8081')], takesText: true }),
  'a question with many options': () =>
    questionNotice({ options: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(testOption) }),
  'a question without options': () => questionNotice(),
  'a question with a form': () => questionNotice({ takesText: false }),
  'a question with a deadline': () =>
    questionNotice({
      options: [testOption('Yes'), testOption('No')],
      deadline: { at: msAfterNow(60_000), defaultAnswer: 'Ask again tomorrow' },
    }),
  'a question with a deadline and no default answer': () =>
    questionNotice({ deadline: { at: msAfterNow(60_000), defaultAnswer: null } }),
  'a step': () => testNotice(),
  'the end of an instance': () =>
    testNotice({ event: 'ended', title: 'Nightly build (Codex) has ended', text: '' }),
  'a test': () =>
    testNotice({
      ...{ event: 'test', title: 'Test of Agent Dashboard', agent: null, url: `${PAGE}/#/notifications` },
      question: testQuestion({ options: [testOption('I see it')], takesText: false }),
    }),
};

export const severalNotices = (): Notice =>
  testNotice({
    ...{ event: 'several', agent: null, url: `${PAGE}/`, title: '2 questions wait for you' },
    text: '• Codex asks: Which port?\n• Claude asks: Which branch?',
  });

export const testRecall = (id: string): Recall => ({
  ...{ id, title: 'Which port should the server use?', outcome: 'Answered on the page: 8081' },
});
