import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that the system gives to outgoing connections (32768 and up on Linux, higher elsewhere).
 */
const FROM = 20_000;
const COUNT = 12_000;

/**
 * Finds a free TCP port that stays free while its server is down. A port that the system hands out could
 * meanwhile be taken by a client's connection.
 */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * COUNT);
    const probe = createServer();
    probe.listen(port, '127.0.0.1');
    const free = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false);
    if (!free) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
