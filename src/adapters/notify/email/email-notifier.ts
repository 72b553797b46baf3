import { createTransport } from 'nodemailer';
import type { QuestionForm } from '../../../domain/question/form.ts';
import type { Notifier } from '../../../ports/notifier.ts';
import { plainNotice } from '../texts/plain-notice.ts';
import { noticeMail } from './notice-mail.ts';
import { smtpFailure } from './smtp-failure.ts';

/** In milliseconds. The signal of a delivery ends all of it; this is for single steps. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

const SETTINGS: QuestionForm = {
  type: 'object',
  properties: {
    address: { type: 'string', format: 'email', maxLength: 254, title: 'E-mail address' },
  },
  required: ['address'],
};

export interface EmailOptions {
  /** The mail server, for example `smtps://user:password@mail.example.com`. */
  readonly smtpUrl: string;
  /** The sender, for example `Agent Dashboard <dashboard@example.com>`. */
  readonly from: string;
}

/** Sends e-mails through a mail server. They cannot be taken back. */
export function emailNotifier({ smtpUrl, from }: EmailOptions): Notifier {
  const transport = createTransport({ url: smtpUrl, ...TIMEOUTS });
  return {
    ...{ channel: 'email', title: 'E-mail', kind: 'email', settings: SETTINGS },
    ...{ secretFields: [], joinsNotices: true },
    hint: 'Enter the address that notifications are sent to.',

    addressOf: ({ address }) => maskedAddress(String(address)),

    async deliver({ address }, notice, signal) {
      const mail = noticeMail(plainNotice(notice), { from, to: String(address) });
      try {
        await transport.sendMail({ ...mail, signal });
      } catch (error) {
        throw smtpFailure(error, signal);
      }
      return null;
    },
  };
}

const maskedAddress = (address: string): string =>
  `${address.slice(0, 1)}…${address.slice(address.lastIndexOf('@'))}`;
