import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../src/composition/config/config.ts';
import { openOperator } from '../src/composition/operator/open-operator.ts';
import { urlOf } from '../src/composition/terminal/with-user-client.ts';
import { userId } from '../src/domain/ids.ts';
import { Agent, AgentStoppedError } from './agent.ts';
import { playStory } from './story.ts';

const TOKEN_LIFETIME_SECONDS = 3_600;
/** 1 is slow enough to watch, 20 is 20 times as fast. */
const speedFactor = Number(process.env.DEMO_PACE || 1);

/**
 * Plays an agent that works and reports to a running server. This process must have the same settings as the
 * server, because it finds the server and its signing key through them.
 */
async function main(): Promise<void> {
  const config = readConfig({ LOG_LEVEL: 'warn', ...process.env });
  const url = urlOf(config);
  const isRunning = await fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!isRunning)
    throw new Error(`No server answers at ${url}. Start it first in another terminal: npm start`);
  const agent = new Agent({ url, token: await issueToken(config) });
  const say = (text: string): void => void process.stdout.write(`  demo-agent  ${text}\n`);
  process.stdout.write(`\nThe demo agent is starting. Watch it and answer it at ${url}\n\n`);
  await playStory(agent, { say, pause: (seconds) => sleep((seconds * 1000) / speedFactor) });
}

async function issueToken(config: ReturnType<typeof readConfig>): Promise<string> {
  await using opened = await openOperator(config);
  return opened.operator.issue({
    userId: userId(process.env.DEMO_USER ?? 'local'),
    name: 'demo',
    scope: 'agent',
    agentInstanceId: null,
    expiresInSeconds: TOKEN_LIFETIME_SECONDS,
  });
}

try {
  await main();
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(
    error instanceof AgentStoppedError ? `The agent has stopped: ${message}.\n` : `demo: ${message}\n`,
  );
  process.exitCode = error instanceof AgentStoppedError ? 0 : 1;
}
