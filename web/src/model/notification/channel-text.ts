/** How people call the channels whose names differ from that. */
const WORDS: { readonly [channel: string]: string } = {
  ...{ email: 'e-mail', webpush: 'browser', sms: 'SMS', telegram: 'Telegram', slack: 'Slack' },
};

/** Returns what people call a channel. */
export const channelText = (channel: string): string => WORDS[channel] ?? channel;

/** Whether a program reads what the channel delivers. It cannot tap anything. */
export const isForPrograms = (channel: string): boolean => channel === 'webhook';
