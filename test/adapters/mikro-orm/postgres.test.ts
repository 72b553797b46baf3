import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';

/** The first message of a client that wants TLS (PostgreSQL's manual, "Message Formats", SSLRequest). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

test.each([
  ['the first message asks for TLS if the URL has an sslmode', '?sslmode=verify-full', true],
  ['the first message does not ask for TLS if the URL has no sslmode', '', false],
])('%s', async (_name, query, asks) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const database = await openPostgres(`postgresql://ada:password@127.0.0.1:${port}/agents${query}`);
  const connected = once(server, 'connection');
  const failed = expect(database.pendingMigrations()).rejects.toThrow();

  const [socket] = (await connected) as [Socket];
  const [said] = (await once(socket, 'data')) as [Buffer];
  expect(said.subarray(0, 8).equals(SSL_REQUEST)).toBe(asks);

  socket.destroy();
  await failed;
  await database.close();
  server.close();
});
