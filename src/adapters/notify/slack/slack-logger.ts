import type { LogLevel, Logger as SlackLogger } from '@slack/web-api';
import type { Logger } from '../../../ports/runtime.ts';

/**
 * Slack's libraries write to the console unless they get a logger. Theirs is for who looks for an error in
 * the connection: what matters to people, the channel logs itself.
 */
export function slackLogger(logger: Pick<Logger, 'debug'>): SlackLogger {
  // What the libraries log at the level debug has the texts of messages in it.
  const write = (...parts: unknown[]) => logger.debug({ text: parts.map(String).join(' ') }, 'Slack');
  return {
    ...{ info: write, warn: write, error: write, debug: () => {}, setName: () => {}, setLevel: () => {} },
    getLevel: () => 'info' as LogLevel,
  };
}
