import type { SendMailOptions } from 'nodemailer';
import { cutText } from '../../../domain/text/graphemes.ts';
import type { Notice } from '../../../ports/notifier.ts';
import { deadlineText } from '../texts/deadline-text.ts';
import { deliveryId } from '../texts/delivery-id.ts';
import { type MailParts, mailHtml } from './mail-html.ts';

const MAX_SUBJECT_LENGTH = 150;

/**
 * Makes the mail of a notice. Its buttons lead to pages that ask for a confirmation, because mail scanners
 * follow all links. It has no pictures and no links that tell whether it was read.
 */
export function noticeMail(
  notice: Notice,
  { from, to }: { readonly from: string; readonly to: string },
): SendMailOptions {
  const { title, text, url, event, question, createdAt } = notice;
  const parts: MailParts = {
    ...{ title, text, deadline: deadlineText(question) },
    buttons: question?.options.map(({ label, pageUrl }) => ({ label, url: pageUrl })) ?? [],
    more: { label: event === 'question' ? 'Answer on the page' : 'Open the page', url },
  };
  return {
    // As an object, the address is not parsed as a list of several.
    ...{ from, to: { name: '', address: to }, subject: subjectOf(notice), date: createdAt },
    // The same in each attempt, so that mail programs recognise a repetition.
    messageId: `<${deliveryId(notice)}@${domainOf(from)}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    ...{ text: mailText(parts), html: mailHtml(parts) },
  };
}

const subjectOf = ({ title, text }: Notice): string => {
  const line = text.split('\n').find((each) => each.trim() !== '');
  return cutText(line === undefined ? title : `${title}: ${line}`, MAX_SUBJECT_LENGTH);
};

const domainOf = (from: string): string => /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'agent-dashboard.invalid';

function mailText({ title, text, deadline, buttons, more }: MailParts): string {
  const links = [...buttons, more].map(({ label, url }) => `${label}:\n${url}`);
  return [title, text, deadline, ...links].filter((part) => part !== null && part !== '').join('\n\n');
}
