/**
 * Asks with options, with a form, and with a deadline. The answers are typed: `where` is `'staging'`,
 * `'production'`, `'nowhere'` or undefined; `form` has a `version` and perhaps `tests`. In your own project:
 * `node ask-with-options.ts`.
 */
import { createClient } from '@agent-dashboard/server/client';

const { AGENT_TOKEN: token = '', AGENT_DASHBOARD_URL: baseUrl = 'http://127.0.0.1:8080' } = process.env;
const client = createClient({ baseUrl, token, retryForMs: 2_000 });
const session = client.session({ agent_type: 'release-script', onStop: 'throw' });
try {
  const { values, answer } = await session.ask({
    text: 'Deploy where?',
    options: [
      { label: 'Staging', value: 'staging', description: 'Only the team sees it' },
      { label: 'Production', value: 'production' },
      { label: 'Nowhere', value: 'nowhere' },
    ],
  });
  const [where] = values ?? [];
  console.log('where:', where ?? `none of the options, but: ${answer?.content}`);

  const { form } = await session.ask({
    text: 'What should be deployed?',
    form: {
      type: 'object',
      properties: {
        version: { type: 'string', title: 'Version', minLength: 1 },
        tests: { type: 'boolean', title: 'Run the tests first', default: true },
      },
      required: ['version'],
    },
  });
  console.log('version:', form?.version, 'tests:', form?.tests ?? false);

  const { status, values: go } = await session.ask({
    text: 'Deploy now? In 20 seconds I do.',
    options: ['Yes', 'No'],
    expires_in_seconds: 20,
    on_expiry: 'default',
    default_answer: ['Yes'],
  });
  console.log(status === 'defaulted' ? 'nobody answered, so:' : 'you answered:', go?.[0]);
} finally {
  await session.end();
}
