import { ClientProcess, type Command } from './client-process.ts';
import { DashboardServer } from './dashboard-server.ts';
import { ANSWER, type Scene, STORED, scriptFor } from './script.ts';

/**
 * Plays the session of the script with a client, and checks what the server has stored in the end.
 * @param protocol see `scriptFor`
 * @param emptyData the data folder that the server starts with a copy of
 * @throws Error that says what the client, or the server, did instead.
 */
export async function playSession(command: Command, protocol: string, emptyData: string): Promise<void> {
  await using server = await DashboardServer.start(emptyData);
  await using client = new ClientProcess(command, {
    HOME: server.folder,
    SERVER_URL: server.url,
    AGENT_TOKEN: server.agentToken,
    DASHBOARD_TOKEN: server.dashboardToken,
  });
  for (const scene of scriptFor(protocol)) await playScene(scene, client, server);
  const exit = await client.end();
  if (exit !== '0') throw new Error(`ended with ${exit}\n${client.complaints}`);
  await server.requireStored(STORED);
}

async function playScene({ line, next }: Scene, client: ClientProcess, server: DashboardServer) {
  const heard = await client.hear();
  if (heard !== line) {
    // Only after the end of the process, its last complaint has been read.
    const instead = heard === null ? `ended with ${await client.end()}` : `said "${heard}"`;
    throw new Error(`expected "${line}", but it ${instead}\n${client.complaints}`);
  }
  if (next === undefined) return;
  if (next === 'answered') await server.answer(ANSWER);
  else await server.restart();
  client.say(next);
}
