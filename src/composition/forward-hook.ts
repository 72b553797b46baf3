import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable, Writable } from 'node:stream';
import { connectionPath, readConnection } from './connection-file.ts';

/** The largest event that the server takes. */
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * How long the response may take to begin. The server begins it within a second, also when the person has to
 * decide, so a longer silence means that the server has a problem.
 */
const RESPONSE_MS = 5_000;

/** A longer context is not sent: the server takes no more than 16 KB of headers. */
const MAX_CONTEXT_LENGTH = 8_000;

/** How long nothing may arrive of a response that has begun. The server sends something every 15 s. */
const SILENCE_MS = 60_000;

export interface HookOptions {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** The file of a connection, or the name of its agent. It has both, the address and the token. */
  readonly connection?: string;
  readonly steps?: string;
  readonly timeout?: string;
  readonly stay?: boolean;
}

/** Reads what stands after `hook`. Wrong options are left out: the agent must not notice them. */
export function readHookArguments([agent = '', ...rest]: readonly string[]): [string, HookOptions] {
  const options: { [name: string]: string | boolean } = {};
  for (let index = 0; index < rest.length; index += 1) {
    const [option = '', inline] = rest[index]!.split(/=(.*)/s);
    if (option === '--stay') options.stay = true;
    const name = OPTION_NAMES.get(option);
    if (name === undefined) continue;
    if (inline === undefined) index += 1;
    options[name] = inline ?? rest[index] ?? '';
  }
  return [agent, options];
}

const OPTION_NAMES: ReadonlyMap<string, keyof HookOptions> = new Map([
  ['--base-url', 'baseUrl'],
  ['--api-key', 'apiKey'],
  ['--connection', 'connection'],
  ['--steps', 'steps'],
  ['--timeout', 'timeout'],
]);

export interface HookStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/**
 * Sends the event on stdin to the server, and writes its answer to stdout. If anything goes wrong, it writes
 * nothing: a coding agent takes a message, or an exit code, for a decision. For the same reason it loads
 * nothing but Node.js itself: an agent waits for it at each use of a tool.
 */
export async function forwardHook(
  agent: string,
  options: HookOptions,
  env: { readonly [name: string]: string | undefined },
  { stdin, stdout }: HookStreams,
): Promise<void> {
  try {
    const { url, token } = readTarget(agent, options, env);
    const event = await readAll(stdin);
    const answer = await post(url, token, event, await contextHeader(event));
    // An answer that says nothing need not be printed.
    if (Object.keys(JSON.parse(answer)).length === 0) return;
    // An error means that the agent reads no more.
    await new Promise((resolve) => stdout.once('error', resolve).write(`${answer.trim()}\n`, resolve));
  } catch {
    // The agent goes on as if there was no hook.
  }
}

/** @throws Error if the connection cannot be read, or the address is none. */
function readTarget(
  agent: string,
  { baseUrl, apiKey, connection, steps, timeout, stay }: HookOptions,
  env: { readonly [name: string]: string | undefined },
): { url: URL; token: string } {
  const givenToken = apiKey ?? (connection === undefined ? env.AGENT_DASHBOARD_API_KEY : undefined);
  // The token of a connection is sent to its own server only.
  const isConnected = !givenToken && (connection !== undefined || baseUrl === undefined);
  const connected = isConnected ? readConnection(connectionPath(connection ?? agent, env)) : null;
  const address = connected?.base_url ?? baseUrl ?? (env.AGENT_DASHBOARD_URL || 'http://127.0.0.1:8080');
  const url = new URL(`${address.replace(/\/+$/, '')}/api/v1/hooks/${encodeURIComponent(agent)}`);
  if (steps !== undefined) url.searchParams.set('steps', steps);
  if (timeout !== undefined) url.searchParams.set('timeout', timeout);
  if (stay === true) url.searchParams.set('stay', 'true');
  return { url, token: givenToken || connected?.token || '' };
}

/**
 * Sends an event that means nothing, to find out whether events arrive.
 * @throws Error that says why they do not.
 */
export async function checkHook(
  agent: string,
  options: HookOptions,
  env: { readonly [name: string]: string | undefined },
): Promise<void> {
  const { url, token } = readTarget(agent, options, env);
  await post(url, token, Buffer.from('{}'), {});
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('The event is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Returns the header that says where the agent runs. It asks git, which takes time, so it does without at
 * each use of a tool: the prompt before it has said the same.
 */
async function contextHeader(event: Buffer): Promise<{ readonly [name: string]: string }> {
  try {
    const { cwd, tool_name, toolName } = JSON.parse(event.toString('utf8'));
    if (tool_name !== undefined || toolName !== undefined) return {};
    const { localContext } = await import('../adapters/git/local-context.ts');
    const context = await localContext(typeof cwd === 'string' ? cwd : undefined)();
    const json = JSON.stringify(context).replaceAll(/[^\x20-\x7e]/g, escapedInJson);
    return json.length > MAX_CONTEXT_LENGTH ? {} : { 'agent-context': json };
  } catch {
    return {};
  }
}

/** A header has only ASCII. */
const escapedInJson = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Returns the body of a response with the status 200. */
async function post(
  url: URL,
  token: string,
  body: Buffer,
  headers: { readonly [name: string]: string },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, {
    method: 'POST',
    headers: {
      ...headers,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  });
  const giveUp = (): void => void request.destroy(new Error('The server does not answer'));
  const timer = setTimeout(giveUp, RESPONSE_MS);
  request.once('error', reject);
  request.once('response', (response) => {
    clearTimeout(timer);
    if (response.statusCode !== 200) return reject(new Error(`The server answers ${response.statusCode}`));
    request.setTimeout(SILENCE_MS, giveUp);
    response.once('error', reject);
    readAll(response).then((answer) => resolve(answer.toString('utf8')), reject);
  });
  request.end(body);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
}
