/**
 * Connects OpenCode with Agent Dashboard Server: https://github.com/agent-dashboard/agent-dashboard-server
 * Sessions, steps, permissions and questions show in the dashboard, and can be answered there.
 *
 * `agent-dashboard connect opencode` installs it. Without that, it needs `AGENT_DASHBOARD_API_KEY` (a token of
 * the scope `agent`), and `AGENT_DASHBOARD_URL` if the server is not on this machine. If the server is down, slow, or answers with an error, OpenCode works as without it.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** The server begins a response within a second, also when the person has to decide. */
const RESPONSE_MS = 5_000;

/** The server sends something every 15 s while the person decides. */
const SILENCE_MS = 60_000;

const GIT_MS = 2_000;

/** The events that mean something to the server. */
const EVENTS = new Set([
  ...['session.created', 'session.deleted', 'session.idle'],
  ...['permission.asked', 'permission.replied'],
  ...['question.asked', 'question.replied', 'question.rejected'],
]);

/** @param {{ client: any, directory: string }} opencode */
export async function AgentDashboard({ client, directory }, options) {
  const dashboard = createDashboard(options);
  /** The sessions of subagents, by their ids, with the session that has started each. */
  const parents = new Map();
  const rootOf = (id) => (parents.has(id) ? rootOf(parents.get(id)) : id);

  /** Posts a call of this plugin in the name of the session that the person sees. */
  const postCall = (input, output, context) =>
    dashboard.post({ input: { ...input, sessionID: rootOf(input.sessionID) }, output }, context);

  async function takeEvent({ type, properties }) {
    const { parentID } = properties.info ?? {};
    if (type === 'session.created' && typeof parentID === 'string')
      parents.set(properties.sessionID ?? properties.info.id, parentID);
    const isSubagent = parents.has(properties.sessionID);
    if (!EVENTS.has(type) || (isSubagent && type.startsWith('session.'))) return;
    const event = { type, properties: { ...properties, sessionID: rootOf(properties.sessionID) } };
    const context = type === 'session.created' ? await contextOf(directory) : null;
    const { reply, message, answers } = await dashboard.post(event, context);
    if (reply === undefined && answers === undefined) return;
    const [kind] = type.split('.');
    // The client reaches the server of this process, also where it listens on no port.
    await client._client.post({
      url: `/${kind}/${encodeURIComponent(properties.id)}/reply`,
      headers: { 'Content-Type': 'application/json' },
      body: kind === 'question' ? { answers } : { reply, message },
    });
  }

  return {
    // OpenCode must never wait for an event, because a permission is open until the person answers.
    async event({ event }) {
      takeEvent(event).catch(() => {});
    },
    async 'chat.message'(input, output) {
      // The prompt of a subagent was written by the model.
      if (parents.has(input.sessionID)) return;
      await postCall(input, output, await contextOf(directory));
    },
    async 'tool.execute.before'(input, output) {
      const { error } = await postCall(input, output);
      if (typeof error === 'string') throw new Error(error);
    },
    async 'tool.execute.after'(input, output) {
      await postCall(input, output);
    },
    async 'experimental.text.complete'(input, output) {
      if (!parents.has(input.sessionID)) await postCall(input, output);
    },
  };
}

function createDashboard({ baseUrl, apiKey, connectionFile = null, steps = null } = {}) {
  /** Returns where the server is. The key in the file may have been replaced since the last event. */
  async function readTarget() {
    const connection = connectionFile === null ? {} : JSON.parse(await readFile(connectionFile, 'utf8'));
    const base =
      baseUrl ?? connection.base_url ?? (process.env.AGENT_DASHBOARD_URL || 'http://127.0.0.1:8080');
    const url = new URL(`${base.replace(/\/+$/, '')}/api/v1/hooks/opencode`);
    if (steps !== null) url.searchParams.set('steps', steps);
    return { url, token: apiKey ?? connection.token ?? process.env.AGENT_DASHBOARD_API_KEY ?? '' };
  }

  /** Posts an event, and returns the answer: `{}` if there is none, or if anything goes wrong. */
  async function post(event, context = null) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), RESPONSE_MS);
    try {
      const { url, token } = await readTarget();
      if (token === '') return {};
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(context !== null && { 'agent-context': context }),
        },
        body: JSON.stringify(event),
        redirect: 'error',
        signal: silence.signal,
      });
      if (response.status !== 200) return {};
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        text += decoder.decode(chunk, { stream: true });
      }
      return JSON.parse(text);
    } catch {
      return {};
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  return { post };
}

/** Returns where OpenCode runs, as the JSON of a header, which has only ASCII. */
async function contextOf(folder) {
  const [remote, root, branch] = await Promise.all([
    git(folder, 'config', '--get', 'remote.origin.url'),
    git(folder, 'rev-parse', '--show-toplevel'),
    git(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD'),
  ]);
  const repository = remote === null ? lastParts(root ?? '', 1) : lastParts(remote, 2);
  const context = { repository, branch, machine: hostname(), folder };
  const json = JSON.stringify(context, (_, value) => (typeof value === 'string' ? cut(value) : value));
  const ascii = json.replaceAll(/[^\x20-\x7e]/g, escapedInJson);
  return ascii.length > 8_000 ? null : ascii;
}

const git = (folder, ...args) =>
  promisify(execFile)('git', args, { cwd: folder, timeout: GIT_MS }).then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );

/** Returns the last parts of the address of a repository. So a password in it is not sent. */
const lastParts = (address, count) =>
  address
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split(/[\\/:]+/)
    .slice(-count)
    .join('/') || null;

const cut = (text) => [...text.toWellFormed()].slice(0, 255).join('');

const escapedInJson = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
