import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Random } from '../support/random.ts';
import type { TestTokens } from '../support/test-tokens.ts';
import { brokenBytes } from './broken-http.ts';
import { randomJson, randomText } from './random-json.ts';
import { bytesOf, httpBytes, jsonHeaders, type RawRequest, rawRequest, withHeaders } from './raw-request.ts';
import { HEADERS, METHODS, TARGETS } from './strange-values.ts';

type Body = { [field: string]: unknown };

/** The longest wait, in seconds, that a complete request may ask for. */
const SHORT_WAIT = 0.2;

/** Generates requests: valid ones with small changes, random values everywhere, and broken HTTP. */
export class RequestGenerator {
  readonly #token: string;
  readonly #instances: readonly string[];

  private constructor(token: string, instances: readonly string[]) {
    this.#token = token;
    this.#instances = instances;
  }

  static async make(tokens: TestTokens, random: Random): Promise<RequestGenerator> {
    return new RequestGenerator(await tokens.of('ada'), [random.uuid(), random.uuid(), random.uuid()]);
  }

  /** The requests that create what the generated ones refer to. */
  setting(): RawRequest[] {
    return this.#instances.map((agent_instance_id) =>
      rawRequest(this.#token, { body: { agent_instance_id, agent_type: 'prover', content: 'begun' } }),
    );
  }

  normal(): RawRequest {
    return this.setting()[0]!;
  }

  next(random: Random): RawRequest {
    const kind = random.oneOf([
      'mutated',
      'mutated',
      'json',
      'headers',
      'target',
      'encoding',
      'broken',
    ] as const);
    return { ...this.#make(kind, random), kind };
  }

  #make(kind: string, random: Random): RawRequest {
    const { target, method, body } = this.#valid(random);
    const valid = rawRequest(this.#token, { target, method, body });
    switch (kind) {
      case 'mutated':
        return this.#mayWait(rawRequest(this.#token, { target, method, body: mutated(body, random) }));
      case 'json':
        return this.#mayWait(
          rawRequest(this.#token, { target, method, body: JSON.stringify(randomJson(random, 5)) ?? '' }),
        );
      case 'headers': {
        const some = Array.from({ length: 1 + random.below(3) }, () => random.oneOf(HEADERS));
        const changed = some.map(([name, values]) => [name, random.oneOf(values)] as const);
        // A wrong length, or `Expect`, makes the server wait for a body.
        const framed = changed.some(([name]) => /^(content-length|transfer-encoding|expect)$/i.test(name));
        return { ...withHeaders(valid, changed), whole: !framed };
      }
      case 'target': {
        const strange = { method: random.oneOf(METHODS), target: random.oneOf(TARGETS)(random) };
        return { ...valid, ...strange, head: strange.method === 'HEAD', whole: strange.method !== 'CONNECT' };
      }
      case 'encoding':
        return encoded(valid, random);
      default:
        return { ...valid, bytes: brokenBytes(httpBytes(valid), random), whole: false };
    }
  }

  #valid(random: Random): { target: string; method: string; body: Body } {
    const agent_instance_id = random.oneOf(this.#instances);
    const content = randomText(random);
    const post = (path: string, body: Body) => ({ target: `/api/v1${path}`, method: 'POST', body });
    return random.oneOf([
      post('/messages/agent', {
        agent_instance_id,
        content,
        agent_type: 'prover',
        requires_user_input: random.chance(0.3),
        git_diff: random.oneOf([null, 'diff --git a/x b/x\n+x\n', 'Zm9v', 7]),
        message_metadata: { some: [1, 'two', null] },
      }),
      post('/messages/user', { agent_instance_id, content, mark_as_read: random.chance(0.5) }),
      post('/messages/pending', { agent_instance_id, last_read_message_id: random.uuid(), wait: 0 }),
      post('/sessions/end', { agent_instance_id }),
      post('/agent-instances', { agent_type: 'prover', name: 'x', transport: 'y' }),
      post(`/agents/instances/${agent_instance_id}/heartbeat`, {}),
      { ...post(`/messages/${random.uuid()}/request-input`, {}), method: 'PATCH' },
    ]);
  }

  /** The client gives up early on a request that asks for a long wait. */
  #mayWait(request: RawRequest): RawRequest {
    const waits = /"wait":\s*([\d.eE+-]+)/.exec(request.body.toString('latin1'));
    return waits === null || Number(waits[1]) <= SHORT_WAIT ? request : { ...request, whole: false };
  }
}

function mutated(body: Body, random: Random): Body {
  const changed = { ...body };
  for (let times = 1 + random.below(2); times > 0; times -= 1) {
    const field = random.oneOf([...Object.keys(body), 'wait', 'extra']);
    const change = random.below(4);
    if (change === 0) delete changed[field];
    else if (change === 1) changed[field] = randomText(random);
    else changed[field] = randomJson(random, 4);
  }
  return changed;
}

const COMPRESSIONS = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const;

function encoded(valid: RawRequest, random: Random): RawRequest {
  const [name, compress] = random.oneOf(COMPRESSIONS);
  const whole = compress(valid.body);
  const flipped = Buffer.from(whole);
  if (flipped.length > 0) flipped[random.below(flipped.length)]! ^= 1 << random.below(8);
  const body = random.oneOf([
    whole,
    whole.subarray(0, random.below(whole.length + 1)),
    flipped,
    Buffer.concat([whole, Buffer.from('more')]),
    valid.body,
    Buffer.from(valid.body.toString('utf8'), 'utf16le'),
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), valid.body]),
    bytesOf(Buffer.from(valid.body.toString('utf8').replaceAll('e', '\u00e9'), 'latin1')),
  ]);
  const encoding = random.oneOf([name, name, null, 'identity', 'GZIP', 'gzip, gzip', 'zstd', '']);
  return { ...withHeaders(valid, [...jsonHeaders(body), ['Content-Encoding', encoding]]), body };
}
