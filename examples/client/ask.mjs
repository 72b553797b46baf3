/**
 * A script that sends a step, asks a question, and continues with the answer. In a clone, `npm run ask` runs it
 * against the running server. With the package installed in your own project: `node ask.mjs`.
 */
import { createClient } from '@agent-dashboard/server/client';

const { AGENT_TOKEN: token = '', AGENT_DASHBOARD_URL: baseUrl = 'http://127.0.0.1:8080' } = process.env;
const session = createClient({ baseUrl, token, retryForMs: 2_000 }).session({ agent_type: 'release-script' });
const { queued_user_messages } = await session.sendMessage('Built 1.2');
try {
  for (const { content } of queued_user_messages) console.log('you wrote:', content);

  const { answer } = await session.ask({ text: 'Release 1.2?', options: ['Yes', 'Not yet'] });
  console.log('you answered:', answer?.content);
} finally {
  await session.end();
}
