/**
 * A script that sends a step, asks a question, and continues with the answer:
 *
 *     npm pkg set type=module && npm i @agent-dashboard/server
 *     npx agent-dashboard serve                  # in another terminal; prints a page link and a token
 *     AGENT_TOKEN=<the agent token> node ask.ts  # then choose an answer on the page
 */
import { createClient } from '@agent-dashboard/server/client';

const client = createClient({
  baseUrl: process.env.AGENT_DASHBOARD_URL ?? 'http://127.0.0.1:8080',
  token: process.env.AGENT_TOKEN ?? '',
});
await using session = client.session({ agent_type: 'release-script' });

const { queued_user_messages } = await session.sendMessage('Built 1.2');
for (const { content } of queued_user_messages) console.log('you wrote:', content);

const { answer } = await session.ask('Release 1.2?\n[OPTIONS]\n1. Yes\n2. Not yet\n[/OPTIONS]');
console.log('you answered:', answer?.content);
