import type { AgentMessage } from '../wire.ts';

/** More than the server keeps (1 MiB), also when the text is base64. So the server still reports the cut. */
const MAX_SENT_CHARACTERS = 2 * 1024 * 1024;

/** Returns the message without the part of its git diff that the server would only throw away. */
export function withCutDiff<Message extends Pick<AgentMessage, 'git_diff'>>(message: Message): Message {
  const { git_diff: diff } = message;
  if (typeof diff !== 'string' || diff.length <= MAX_SENT_CHARACTERS) return message;
  return { ...message, git_diff: diff.slice(0, MAX_SENT_CHARACTERS) };
}
