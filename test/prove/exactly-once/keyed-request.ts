import type { Random } from '../support/random.ts';
import type { RetryingClient } from '../support/retrying-client.ts';
import type { TestCluster } from '../support/test-cluster.ts';

type Kind = 'step' | 'question' | 'user' | 'start' | 'read';

interface RequestParts {
  readonly path: string;
  readonly body: { readonly [field: string]: unknown };
}

/** A request with an Idempotency-Key, whose effect can be counted in the database. */
export interface KeyedRequest extends RequestParts {
  readonly key: string;
  readonly kind: Kind;
  readonly method: 'POST';
  /** Returns a path or body that differs from the original, for the same key. */
  readonly alter: (random: Random) => Partial<RequestParts>;
}

const KINDS = ['step', 'step', 'question', 'user', 'start', 'read'] as const;

/** There are only a few instances, so that requests with different keys change the same instance. */
const SHARED_INSTANCES = 3;
const sharedInstance = (nth: number) => `00000000-0000-4000-8000-${nth.toString().padStart(12, '0')}`;

/** Creates a request of the given kind. The text that it writes contains the key. */
export function keyedRequest(
  key: string,
  random: Random,
  kind: Kind = random.oneOf<Kind>(KINDS),
): KeyedRequest {
  const instance = kind === 'read' ? random.uuid() : sharedInstance(random.below(SHARED_INSTANCES));
  const { path, body } = partsOf(kind, key, instance);
  return {
    key,
    kind,
    method: 'POST',
    path,
    body,
    alter: (alterRandom) =>
      alterRandom.oneOf<Partial<RequestParts>>([
        { body: { ...body, extra: 'a field that is ignored' } },
        { body: { ...body, agent_instance_id: alterRandom.uuid() } },
        { body: { ...body, content: `${key} altered` } },
        {
          path: path === '/messages/user' ? '/messages/agent' : '/messages/user',
          body: { ...body, agent_instance_id: instance, agent_type: 'prover', content: key },
        },
      ]),
  };
}

function partsOf(kind: Kind, key: string, agent_instance_id: string): RequestParts {
  switch (kind) {
    case 'step':
    case 'question':
      return {
        path: '/messages/agent',
        body: {
          agent_instance_id,
          agent_type: 'prover',
          content: key,
          requires_user_input: kind === 'question',
        },
      };
    case 'user':
      return { path: '/messages/user', body: { agent_instance_id, content: key, mark_as_read: false } };
    case 'start':
      return { path: '/agent-instances', body: { agent_type: 'prover', name: key } };
    case 'read':
      // `prepareInstances` fills in the cursor.
      return { path: '/messages/pending', body: { agent_instance_id, last_read_message_id: null } };
  }
}

/** Creates the instances that the requests are about, and one queued message for each read. */
export async function prepareInstances(
  requests: KeyedRequest[],
  { client, tokens, random }: { client: RetryingClient; tokens: readonly string[]; random: Random },
): Promise<void> {
  const post = async (token: string, key: string, path: string, body: object) =>
    JSON.parse(
      (await client.call({ method: 'POST', path, body, key: `prepare ${key}`, token }, random)).body,
    );
  const begin = (token: string, agent_instance_id: string) =>
    post(token, agent_instance_id, '/messages/agent', {
      agent_instance_id,
      agent_type: 'prover',
      content: 'begun',
    });

  for (const token of tokens) {
    for (let nth = 0; nth < SHARED_INSTANCES; nth += 1) await begin(token, sharedInstance(nth));
  }
  for (const [nth, request] of requests.entries()) {
    if (request.kind !== 'read') continue;
    const instance = String(request.body.agent_instance_id);
    const [own, ...others] = tokens;
    const { message_id: cursor } = await begin(own!, instance);
    for (const token of others) await begin(token, instance);
    for (const token of tokens) {
      const said = { agent_instance_id: instance, content: request.key, mark_as_read: false };
      await post(token, `say ${instance}`, '/messages/user', said);
    }
    // For another tenant the cursor is a foreign id, so its read is `stale` and hands over nothing.
    requests[nth] = { ...request, body: { ...request.body, last_read_message_id: cursor } };
  }
}

/** Counts the effects of each key: the messages and instances whose text is the key. */
export async function countEffects(cluster: TestCluster, userId: string): Promise<Map<string, number>> {
  const rows = await cluster.query<{ text: string; times: number }>(
    `select text, count(*)::int as times from (
       select content as text from messages where user_id = $1
       union all select name from agent_instances where user_id = $1 and name is not null
     ) as written group by text`,
    [userId],
  );
  return new Map(rows.map(({ text, times }) => [text, times]));
}
