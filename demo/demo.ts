import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../src/composition/config/config.ts';
import { openOperator } from '../src/composition/operator/open-operator.ts';
import { userId } from '../src/domain/ids.ts';
import { Agent, AgentStoppedError } from './agent.ts';
import { playStory } from './story.ts';

const AN_HOUR = 3_600;
/** How often as fast as a person can follow. */
const pace = Number(process.env.DEMO_PACE || 1);

/** Plays an agent against the server that runs with the same settings, so that there is something to look at. */
async function main(): Promise<void> {
  const config = readConfig({ LOG_LEVEL: 'warn', ...process.env });
  const url = config.publicUrl ?? `http://127.0.0.1:${config.port}`;
  const isUp = await fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!isUp)
    throw new Error(`Nothing answers at ${url}. Start the server first, in another terminal: npm start`);
  const agent = new Agent({ url, token: await demoToken(config) });
  const say = (text: string): void => void process.stdout.write(`  demo-agent  ${text}\n`);
  process.stdout.write(`\nAn agent goes to work. Watch it at ${url}, and write to it.\n\n`);
  await playStory(agent, { say, pause: (seconds) => sleep((seconds * 1000) / pace) });
}

async function demoToken(config: ReturnType<typeof readConfig>): Promise<string> {
  await using opened = await openOperator(config);
  return opened.operator.issue({
    userId: userId(process.env.DEMO_USER ?? 'local'),
    name: 'demo',
    scope: 'agent',
    agentInstanceId: null,
    expiresInSeconds: AN_HOUR,
  });
}

try {
  await main();
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(
    error instanceof AgentStoppedError ? `The agent stops: ${message}.\n` : `demo: ${message}\n`,
  );
  process.exitCode = error instanceof AgentStoppedError ? 0 : 1;
}
