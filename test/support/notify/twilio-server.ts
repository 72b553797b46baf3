import { createHmac } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { LoopbackServer } from './loopback-server.ts';

export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
export const AUTH_TOKEN = 'test-auth-token-of-twilio';
export const TWILIO_NUMBER = '+15005550006';

export interface SentSms {
  readonly to: string;
  readonly from: string;
  readonly body: string;
}

interface Refusal {
  readonly status: number;
  readonly code: number;
}

/** Twilio's API for messages, as far as the channel uses it. */
export class TwilioServer extends LoopbackServer {
  readonly messages: SentSms[] = [];
  /** What the next message is refused with. */
  refusal: Refusal | null = null;

  static async start(): Promise<TwilioServer> {
    return new TwilioServer(await LoopbackServer.listen());
  }

  private constructor(server: Server) {
    super(server);
    this.handleWith(async (req, res) => {
      const fields = Object.fromEntries(new URLSearchParams(await textOf(req)));
      const credentials = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64');
      const isAllowed = req.headers.authorization === `Basic ${credentials}`;
      const path = `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`;
      this.demand(req.method === 'POST' && req.url === path, `${req.method} ${req.url}`);
      const refusal = isAllowed ? this.refusal : { status: 401, code: 20003 };
      if (refusal !== null) send(res, refusal.status, { ...refusal, message: 'Refused' });
      else send(res, 201, this.#create(fields));
    });
  }

  get lastMessage(): SentSms {
    return this.messages.at(-1)!;
  }

  #create({ To: to = '', From, MessagingServiceSid, Body: body = '', ...others }: Fields): object {
    this.demand(/^\+[1-9]\d{6,14}$/.test(to), `${to} is not E.164`);
    this.demand((From === undefined) !== (MessagingServiceSid === undefined), 'one sender is needed');
    this.demand(body.length >= 1 && body.length <= 1600, 'the length of the text');
    this.demand(Object.keys(others).length === 0, `unknown ${Object.keys(others).join()}`);
    this.messages.push({ to, from: From ?? MessagingServiceSid ?? '', body });
    return { sid: `SM${'0'.repeat(32)}`, status: 'queued', to, body };
  }
}

type Fields = { readonly [name: string]: string };

/**
 * The request that Twilio makes for an incoming message. Its signature is as documented: HMAC-SHA1 over the
 * address and the sorted fields, with the auth token.
 */
export function incomingRequest(
  url: string,
  from: string,
  text: string,
  { authToken = AUTH_TOKEN, messageSid = `SM${'1'.repeat(32)}` } = {},
) {
  const fields = { MessageSid: messageSid, From: from, To: TWILIO_NUMBER, Body: text };
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = url + sorted.map(([name, value]) => name + value).join('');
  return {
    signature: createHmac('sha1', authToken).update(signed).digest('base64'),
    body: new URLSearchParams(fields).toString(),
  };
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
