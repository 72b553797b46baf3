import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The ports below are smaller than those that the system gives to outgoing connections (32768 and up on
 * Linux, higher elsewhere).
 */
const FIRST_PORT = 20_000;
const PORT_COUNT = 12_000;

/**
 * Finds a free TCP port that stays free while its server is down. A port that the system hands out could
 * meanwhile be taken by a client's connection.
 */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    const probe = createServer();
    probe.listen(port, '127.0.0.1');
    const isFree = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false);
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
