import { type HttpConnection, httpRequest } from './http-connection.ts';

/** How an agent logs a step. */
export interface StepTransport {
  readonly name: string;
  /** Whether each request is about a new instance. */
  readonly isNewEachTime?: boolean;
  /**
   * Opens a session on the connection, if the transport has sessions.
   * @returns the headers that every later request needs
   */
  open(connection: HttpConnection, token: string): Promise<readonly string[]>;
  /** Builds the request that logs one step. */
  stepRequest(instanceId: string, token: string, headers: readonly string[], content: string): Buffer;
}

const ACCEPT = 'Accept: application/json, text/event-stream';

export const REST: StepTransport = {
  name: 'REST, `POST /messages/agent`',
  open: async () => [],
  stepRequest: (instanceId, token, headers, content) =>
    httpRequest({
      method: 'POST',
      path: '/api/v1/messages/agent',
      token,
      headers,
      body: { agent_instance_id: instanceId, agent_type: 'bench', content },
    }),
};

/** Asks a question instead. An instance with many open questions would be slower with each. */
export const QUESTION: StepTransport = {
  name: 'question',
  isNewEachTime: true,
  open: async () => [],
  stepRequest: (instanceId, token, headers, content) =>
    httpRequest({
      method: 'POST',
      path: '/api/v1/messages/agent',
      token,
      headers,
      body: { agent_instance_id: instanceId, agent_type: 'bench', content, requires_user_input: true },
    }),
};

/** Builds the JSON-RPC request that calls a tool. */
const toolCall = (name: string, args: object, meta: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args, ...meta },
});

export const MCP_SESSION: StepTransport = {
  name: 'MCP `log_step`, session of 2025-11-25',
  async open(connection, token) {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    };
    const body = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
    const { head } = await connection.send(
      httpRequest({ method: 'POST', path: '/mcp', token, headers: [ACCEPT], body }),
    );
    const sessionId = /mcp-session-id: (\S+)/i.exec(head)?.[1];
    const headers = [ACCEPT, `Mcp-Session-Id: ${sessionId}`, 'Mcp-Protocol-Version: 2025-11-25'];
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
    await connection.send(httpRequest({ method: 'POST', path: '/mcp', token, headers, body: initialized }));
    return headers;
  },
  stepRequest: (...step) => logStepRequest(step),
};

/** What every request of the stateless MCP version 2026-07-28 contains. */
const META_PARAM = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};

const statelessHeaders = (name: string, method = 'tools/call'): readonly string[] => [
  ACCEPT,
  'Mcp-Protocol-Version: 2026-07-28',
  `Mcp-Method: ${method}`,
  `Mcp-Name: ${name}`,
];

export const MCP_STATELESS: StepTransport = {
  name: 'MCP `log_step`, stateless 2026-07-28',
  open: async () => statelessHeaders('log_step'),
  stepRequest: (...step) => logStepRequest(step, META_PARAM),
};

/** @param meta what the MCP version of the request adds to its parameters */
const logStepRequest = (
  [instanceId, token, headers, content]: Parameters<StepTransport['stepRequest']>,
  meta: object = {},
): Buffer =>
  httpRequest({
    method: 'POST',
    path: '/mcp',
    token,
    headers,
    body: toolCall('log_step', { agent_instance_id: instanceId, step_description: content }, meta),
  });

/** How an agent asks a question and waits for its answer. */
export interface WaitTransport {
  readonly name: string;
  /**
   * Asks the question and begins to wait.
   * @returns `answer`, which resolves with the response body that contains the answer. It is in an object, so
   * that awaiting this method does not await the answer, too.
   */
  ask(connection: HttpConnection, token: string, instanceId: string): Promise<{ answer: Promise<string> }>;
}

export const PENDING_MESSAGES: WaitTransport = {
  name: '`GET /messages/pending`',
  async ask(connection, token, instanceId) {
    const body = {
      agent_instance_id: instanceId,
      agent_type: 'bench',
      content: '?',
      requires_user_input: true,
    };
    const response = await connection.send(
      httpRequest({ method: 'POST', path: '/api/v1/messages/agent', token, body }),
    );
    const { message_id } = JSON.parse(response.body);
    const query = `agent_instance_id=${instanceId}&last_read_message_id=${message_id}&wait=300`;
    const path = `/api/v1/messages/pending?${query}`;
    const answer = connection.send(httpRequest({ method: 'GET', path, token }));
    return { answer: answer.then(({ body: text }) => text) };
  },
};

export const ASK_QUESTION: WaitTransport = {
  name: 'MCP `ask_question`',
  async ask(connection, token, instanceId) {
    const args = { agent_instance_id: instanceId, question_text: '?', wait_seconds: 300 };
    const headers = statelessHeaders('ask_question');
    const body = toolCall('ask_question', args, META_PARAM);
    const answer = connection.send(httpRequest({ method: 'POST', path: '/mcp', token, headers, body }));
    return { answer: answer.then(({ body: text }) => text) };
  },
};

/** Builds the request that polls an MCP task. */
export const taskPollRequest = (taskId: string, token: string): Buffer =>
  httpRequest({
    method: 'POST',
    path: '/mcp',
    token,
    headers: statelessHeaders(taskId, 'tasks/get'),
    body: {
      jsonrpc: '2.0',
      id: 1,
      method: 'tasks/get',
      params: {
        taskId,
        _meta: {
          ...META_PARAM._meta,
          'io.modelcontextprotocol/clientCapabilities': {
            extensions: { 'io.modelcontextprotocol/tasks': {} },
          },
        },
      },
    },
  });
