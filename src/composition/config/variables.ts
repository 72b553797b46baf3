import * as v from 'valibot';
import { DEFAULT_DATA_DIR } from '../data-dir/data-dir.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const checkUrl = (protocols: readonly string[]) =>
  v.check((text: string) => URL.canParse(text) && protocols.includes(new URL(text).protocol));

const commaSeparatedList = v.transform((text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const trueOrFalse = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);

const onOrOff = v.pipe(
  v.picklist(['on', 'off']),
  v.transform((text) => text === 'on'),
);

const port = v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(65_535));

/** `keys generate` prints values in quotes, and not every reader of env files removes them. */
const pem = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/^"(.*)"$/s, '$1')),
);

/** Checks that a URL has nothing but an origin and a path, so that a path can be added to its end. */
const isPlainUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.href === url.origin + url.pathname;
};

/**
 * The first parts of the server's own paths. Below such a path it would be unclear whether a proxy has
 * removed the path of PUBLIC_URL from a request.
 */
const OWN_PATHS = 'api mcp sse messages docs openapi.json assets .well-known health ready oauth'.split(' ');

const beginsWithNoOwnPath = (text: string): boolean =>
  !OWN_PATHS.includes(new URL(text).pathname.split('/')[1]!);

const httpUrl = v.pipe(v.string(), checkUrl(['http:', 'https:']));

const postgresUrl = v.pipe(v.string(), checkUrl(['postgres:', 'postgresql:']));

/** What the value of each variable must be, in words and as a schema. */
const VARIABLES = {
  DATABASE_URL: {
    requirement: 'a PostgreSQL connection string such as postgresql://user:password@localhost:5432/agents',
    schema: v.optional(postgresUrl),
  },
  DATABASE_LISTEN_URL: {
    requirement: 'a PostgreSQL connection string that reaches the database directly, not through a pooler',
    schema: v.optional(postgresUrl),
  },
  DATA_DIR: { requirement: 'a folder', schema: v.optional(v.string(), DEFAULT_DATA_DIR) },
  MCP_SERVER_PORT: { requirement: 'a port number from 0 to 65535', schema: v.optional(port) },
  PORT: { requirement: 'a port number from 0 to 65535', schema: v.optional(port) },
  HOST: {
    requirement: 'an address or host name to listen on, such as 127.0.0.1',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\w.:-]+$/)), '127.0.0.1'),
  },
  JWT_PUBLIC_KEY: { requirement: 'public keys in PEM', schema: v.optional(pem) },
  JWT_PRIVATE_KEY: { requirement: 'a private key in PEM', schema: v.optional(pem) },
  ALLOW_SHORT_RSA_KEYS: {
    requirement: 'true or false',
    schema: v.optional(trueOrFalse, 'false'),
  },
  JWKS_URL: {
    requirement: "the http or https URL of an identity provider's keys",
    schema: v.optional(httpUrl),
  },
  JWT_ISSUER: { requirement: 'what the identity provider calls itself', schema: v.optional(v.string()) },
  JWT_AUDIENCE: {
    requirement: 'what the identity provider calls this server',
    schema: v.optional(v.string()),
  },
  OIDC_CLIENT_ID: {
    requirement: 'the name of this server at the identity provider, its client id',
    schema: v.optional(v.string()),
  },
  OIDC_CLIENT_SECRET: {
    requirement: 'the secret of this server at the identity provider',
    schema: v.optional(v.string()),
  },
  OAUTH: { requirement: 'on or off', schema: v.optional(onOrOff, 'on') },
  PUBLIC_URL: {
    requirement:
      'the http or https URL under which clients reach this server, without a user, query or fragment. Its path ' +
      `must not begin with a path of the server itself (${OWN_PATHS.map((path) => `/${path}`).join(', ')})`,
    schema: v.optional(
      v.pipe(
        httpUrl,
        v.check((text) => isPlainUrl(text) && beginsWithNoOwnPath(text)),
      ),
    ),
  },
  CORS_ORIGINS: {
    requirement: 'a comma-separated list of origins such as https://app.example.com',
    schema: v.optional(
      v.pipe(
        v.string(),
        commaSeparatedList,
        v.everyItem((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      ),
      '',
    ),
  },
  ALLOWED_HOSTS: {
    requirement: 'a comma-separated list of host names, with a port where it matters',
    schema: v.optional(
      v.pipe(
        v.string(),
        commaSeparatedList,
        v.everyItem((host) => /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host)),
      ),
      '',
    ),
  },
  STALE_AFTER_SECONDS: {
    requirement: 'a whole number of seconds from 1 to 86400',
    schema: v.optional(
      v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.minValue(1), v.maxValue(86_400)),
    ),
  },
  RATE_LIMIT_PER_MINUTE: {
    requirement: 'a whole number: the requests one token may make a minute, or 0 for no limit',
    schema: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number)), '60000'),
  },
  RETENTION_DAYS: {
    requirement:
      'a whole number of days from 1 to 36500, after which ended and deleted instances are removed',
    schema: v.optional(
      v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.minValue(1), v.maxValue(36_500)),
    ),
  },
  NOTIFICATION_KEY: {
    requirement: '32 random bytes in base64url (43 characters), the same for all servers of a database',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{43}$/))),
  },
  ALLOW_PRIVATE_NOTIFICATION_TARGETS: {
    requirement: 'true or false',
    schema: v.optional(trueOrFalse),
  },
  SMTP_URL: {
    requirement: 'the address of a mail server, such as smtps://user:password@mail.example.com',
    schema: v.optional(v.pipe(v.string(), checkUrl(['smtp:', 'smtps:']))),
  },
  MAIL_FROM: {
    requirement: 'the sender of mails, such as Agent Dashboard <dashboard@example.com>',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/))),
  },
  VAPID_PUBLIC_KEY: {
    requirement: 'the public key of web push, 65 bytes in base64url',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{87}$/))),
  },
  VAPID_PRIVATE_KEY: {
    requirement: 'the private key of web push, 32 bytes in base64url',
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{43}$/))),
  },
  VAPID_SUBJECT: {
    requirement: 'how push services reach whoever runs this server: mailto:… or https://…',
    schema: v.optional(v.pipe(v.string(), v.regex(/^(mailto:\S+@\S+|https:\/\/\S+)$/))),
  },
  TELEGRAM_BOT_TOKEN: {
    requirement: 'the token of a Telegram bot, such as 123456:ABC-DEF',
    schema: v.optional(v.pipe(v.string(), v.regex(/^\d+:[\w-]+$/))),
  },
  SLACK_BOT_TOKEN: {
    requirement: 'the bot token of a Slack app (xoxb-…)',
    schema: v.optional(v.pipe(v.string(), v.startsWith('xoxb-'))),
  },
  SLACK_APP_TOKEN: {
    requirement: 'an app-level token of the same Slack app (xapp-…)',
    schema: v.optional(v.pipe(v.string(), v.startsWith('xapp-'))),
  },
  TWILIO_ACCOUNT_SID: {
    requirement: 'the SID of a Twilio account (AC…)',
    schema: v.optional(v.pipe(v.string(), v.regex(/^AC[0-9a-fA-F]{32}$/))),
  },
  TWILIO_AUTH_TOKEN: { requirement: 'the auth token of the Twilio account', schema: v.optional(v.string()) },
  TWILIO_FROM: {
    requirement: 'a number such as +15005550006, or the SID of a messaging service (MG…)',
    schema: v.optional(v.pipe(v.string(), v.regex(/^(\+\d{5,15}|MG[0-9a-fA-F]{32})$/))),
  },
  METRICS_PORT: { requirement: 'a port number from 0 to 65535', schema: v.optional(port) },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    requirement: 'the http or https URL of an OpenTelemetry collector such as http://127.0.0.1:4318',
    schema: v.optional(httpUrl),
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    requirement:
      'the http or https URL where a collector takes traces, such as http://127.0.0.1:4318/v1/traces',
    schema: v.optional(httpUrl),
  },
  LOG_LEVEL: {
    requirement: `one of ${LOG_LEVELS.join(', ')}`,
    schema: v.optional(v.picklist(LOG_LEVELS)),
  },
} as const;

type Variables = typeof VARIABLES;
export type Variable = keyof Variables;
/** The value of each variable as the program uses it. */
export type Values = { [Name in Variable]: v.InferOutput<Variables[Name]['schema']> };

/** The variables with passwords and keys. Errors never show their values. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set<Variable>([
  'DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'JWT_PRIVATE_KEY',
  'JWT_PUBLIC_KEY',
  'NOTIFICATION_KEY',
  'OIDC_CLIENT_SECRET',
  'SMTP_URL',
  'TELEGRAM_BOT_TOKEN',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'TWILIO_AUTH_TOKEN',
  'VAPID_PRIVATE_KEY',
]);

export const VARIABLE_NAMES = Object.keys(VARIABLES) as readonly Variable[];

/**
 * Reads one variable. A problem is one line: the name, what the value must be, and what it is unless it is a
 * secret.
 * @param text undefined if the variable is not set.
 */
export function readVariable(
  name: Variable,
  text: string | undefined,
): { readonly value: unknown } | { readonly problem: string } {
  const { schema, requirement } = VARIABLES[name];
  const result = v.safeParse(schema, text);
  if (result.success) return { value: result.output };
  // The URL of a variable that is no secret may still have a password.
  const shownText = text?.replace(/\/\/[^/?#]*@/, '//[hidden]@');
  const shown = SECRET_VARIABLES.has(name) ? '' : `, not ${JSON.stringify(shownText)}`;
  return { problem: `${name} must be ${requirement}${shown}` };
}
