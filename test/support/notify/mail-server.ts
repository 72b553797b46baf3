import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { ServiceState } from '../../../src/contracts/notifier/open-notifier.ts';
import { type ReceivedMail, readMail } from './read-mail.ts';

export interface MailServer extends AsyncDisposable {
  /** With a user and a password in it. */
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
}

export const SMTP_PASSWORD = 'a-secret-of-the-server';

/** Starts a mail server on the loopback address. It takes mail only from the user `dashboard`. */
export async function startMailServer(state: ServiceState): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
  const smtp = new SMTPServer({
    ...{ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, logger: false },
    onAuth: ({ username, password }, _, done) =>
      username === 'dashboard' && password === SMTP_PASSWORD
        ? done(null, { user: username })
        : done(refusal(535, 'Authentication credentials invalid')),
    onRcptTo(_, _session, done) {
      if (state === 'refuses') done(refusal(550, '5.1.1 No such user here'));
      else if (state === 'broken') done(refusal(451, '4.3.0 Try again later'));
      else done();
    },
    async onData(stream, { envelope }, done) {
      mails.push(
        readMail(
          await buffer(stream),
          envelope.rcptTo.map(({ address }) => address),
        ),
      );
      done();
    },
  });
  smtp.on('error', () => {});
  const { server, close } = state === 'silent' ? silentServer() : serverOf(smtp);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (state === 'unreachable') await close();
  const url = `smtp://dashboard:${SMTP_PASSWORD}@127.0.0.1:${port}`;
  return { url, mails, [Symbol.asyncDispose]: state === 'unreachable' ? async () => {} : close };
}

interface Closable {
  readonly server: Server;
  readonly close: () => Promise<void>;
}

const serverOf = (smtp: SMTPServer): Closable => ({
  server: smtp.server,
  close: () => new Promise((resolve) => smtp.close(() => resolve())),
});

/** A server that takes connections and never says anything. */
function silentServer(): Closable {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return { server, close };
}
