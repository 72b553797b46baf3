import type { Random } from '../support/random.ts';
import type { Call, RetryingClient } from '../support/retrying-client.ts';
import type { TestCluster } from '../support/test-cluster.ts';
import type { Channel } from './arrivals.ts';

export interface NotifiedUser {
  readonly token: string;
  readonly dashboardToken: string;
}

/** The settings of one destination of each channel. */
export type ChannelSettings = { readonly [channel in Channel]: { readonly [field: string]: string } };

/** Makes a user with one destination of each channel, whom questions reach at once, each one by itself. */
export async function notifiedUser(
  cluster: TestCluster,
  client: RetryingClient,
  name: string,
  settings: ChannelSettings,
  random: Random,
): Promise<NotifiedUser> {
  const [token, dashboardToken] = [cluster.tokens.of(name), cluster.tokens.of(name, 'dashboard')];
  const user = { token: await token, dashboardToken: await dashboardToken };
  const call = async <Answer>(method: Call['method'], path: string, key: string | null, body?: object) => {
    const request = { method, path, token: user.dashboardToken, key, ...(body && { body }) };
    const reply = await client.call(request, random);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`);
    return JSON.parse(reply.body) as Answer;
  };
  for (const [channel, fields] of Object.entries(settings))
    await call('POST', '/notification-destinations', `${name} ${channel}`, { channel, settings: fields });
  const rules = await call<object>('GET', '/notification-rules', null);
  const changed = { ...rules, group_seconds: 0, pause_while_active: false };
  await call('PUT', '/notification-rules', `${name} rules`, changed);
  return user;
}
