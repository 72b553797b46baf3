/**
 * A plain node:http application with its own route, its own sign-in and two use cases of the dashboard:
 *
 *     npm pkg set type=module && npm i ~/agent-dashboard-*.tgz && node server.ts
 *     curl localhost:3000/report -H 'x-session: s1' \
 *       -d '{"agent_instance_id": "<a UUID>", "agent_type": "cron", "content": "Hello"}'
 *     curl 'localhost:3000/inbox?agent_instance_id=<that UUID>' -H 'x-session: s1'
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { createDashboard, invalidJson, unauthenticated, useCases, userId } from '@agent-dashboard/server';
import { inMemoryStore } from '@agent-dashboard/server/in-memory';
import { PROBLEM_TYPE, problemOf } from '@agent-dashboard/server/problem';
import { InProcessSignals } from '@agent-dashboard/server/signals';

const dashboard = createDashboard({ store: inMemoryStore(new InProcessSignals()) });

/**
 * The application's own sign-in: the user of each session. The application needs no tokens of the dashboard,
 * because it calls the use cases directly.
 */
const USER_BY_SESSION = new Map([
  ['s1', 'ada'],
  ['s2', 'eve'],
]);
const MAX_BODY_CHARACTERS = 1024 * 1024;

const server = createServer(async (req, res) => {
  const respond = (status: number, body: object, type = 'application/json') =>
    res.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  try {
    const url = new URL(req.url ?? '/', 'http://localhost');
    switch (`${req.method} ${url.pathname}`) {
      case 'GET /':
        respond(200, { application: 'its own' });
        break;
      case 'POST /report': {
        const request = { caller: callerOf(req), input: await readJson(req) };
        respond(200, await dashboard.dispatch(useCases.sendAgentMessage, request));
        break;
      }
      case 'GET /inbox': {
        const request = { caller: callerOf(req), input: Object.fromEntries(url.searchParams) };
        respond(200, await dashboard.dispatch(useCases.readPendingMessages, request));
        break;
      }
      default:
        respond(404, { error: 'not found' });
    }
  } catch (error) {
    const problem = problemOf(error, randomUUID());
    if (problem.status === 500) console.error(problem.request_id, error);
    respond(problem.status, problem, PROBLEM_TYPE);
  }
});

function callerOf({ headers }: IncomingMessage) {
  const user = USER_BY_SESSION.get(String(headers['x-session']));
  if (user === undefined) throw unauthenticated();
  return { userId: userId(user), scopes: ['agent'] } as const;
}

async function readJson(req: IncomingMessage): Promise<object> {
  let text = '';
  for await (const part of req.setEncoding('utf8')) {
    text += part;
    if (text.length > MAX_BODY_CHARACTERS) throw invalidJson('The body is too long');
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  } catch {}
  throw invalidJson('The body must be a JSON object');
}

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
  console.log('listening', server.address()),
);

function stop(): void {
  dashboard.stop();
  server.close();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
