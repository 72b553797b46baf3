import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/notify/webhook-receiver.ts';
import { BrokenPromise } from '../proof.ts';
import type { Random } from '../support/random.ts';
import { RetryingClient } from '../support/retrying-client.ts';
import type { TestCluster } from '../support/test-cluster.ts';

const MAX_DELIVERY_MS = 30_000;

/** Adds a destination of a user, and lets each process notify it of a question, so that both know of it. */
export async function notifyBob(cluster: TestCluster, random: Random): Promise<WebhookReceiver> {
  using client = new RetryingClient(cluster.ports);
  const [token, dashboardToken] = [cluster.tokens.of('bob'), cluster.tokens.of('bob', 'dashboard')];
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  await using resources = new AsyncDisposableStack();
  const receiver = resources.use(await startWebhookReceiver('works', secret));
  const destination = { channel: 'webhook', settings: { url: `${receiver.url}/bob`, secret } };
  const method = 'POST';
  const path = '/notification-destinations';
  const call = { method, path, token: await dashboardToken, key: 'bob', body: destination } as const;
  const added = await client.call(call, random);
  if (added.status !== 201) throw new BrokenPromise(`the destination was refused: ${added.body}`);
  for (const port of cluster.ports) {
    const body = { agent_instance_id: random.uuid(), agent_type: 'prover', content: '?' };
    const asked = { ...body, requires_user_input: true };
    await client.once({ method, path: '/messages/agent', token: await token, key: null, body: asked }, port);
  }
  for (const until = Date.now() + MAX_DELIVERY_MS; receiver.events.length < cluster.ports.length; ) {
    if (Date.now() > until) throw new BrokenPromise('a question does not reach the destination');
    await sleep(100);
  }
  resources.move();
  return receiver;
}
