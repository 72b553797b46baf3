import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { type Environment, readConfig } from '../../../src/composition/config/config.ts';
import { ConfigError } from '../../../src/composition/errors.ts';

/** Returns the message of the ConfigError; fails if the environment is accepted. */
function refusal(env: Environment): string {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(env)}`);
}

const DEFAULTS = {
  databaseUrl: null,
  databaseListenUrl: null,
  dataDir: resolve('.agent-dashboard'),
  port: 8080,
  host: '127.0.0.1',
  jwtPublicKey: null,
  jwtPrivateKey: null,
  allowShortRsaKeys: false,
  identityProvider: null,
  oauth: true,
  publicUrl: null,
  corsOrigins: [],
  allowedHosts: [],
  staleAfterSeconds: 300,
  rateLimitPerMinute: 60_000,
  retentionDays: null,
  notifications: {
    key: null,
    allowPrivateTargets: true,
    mail: null,
    webPush: { keys: null, subject: 'mailto:agent-dashboard@example.com' },
    telegram: null,
    slack: null,
    twilio: null,
  },
  metricsPort: null,
  hasTraces: false,
  logLevel: null,
};

/** The settings of notifications, some of them changed. */
const notifying = (changed: object) => ({ notifications: { ...DEFAULTS.notifications, ...changed } });

interface Expected {
  /** The part of the error that describes a valid value. */
  readonly must: RegExp;
  readonly wrong: readonly string[];
  /** A valid value, and the settings that it changes. */
  readonly right: readonly [text: string, changed: object];
  /** Other variables that must be set with it. */
  readonly beside?: Environment;
}

const TWILIO = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'secret', from: '+15005550006' };

const VARIABLES: { readonly [name: string]: Expected } = {
  DATABASE_URL: {
    must: /PostgreSQL connection string such as postgresql:\/\//,
    wrong: ['localhost:5432', 'mysql://user:hunter2@localhost/db', 'hunter2', ' '],
    right: [
      'postgres://u:p@h/db',
      { databaseUrl: 'postgres://u:p@h/db', databaseListenUrl: 'postgres://u:p@h/db' },
    ],
  },
  DATABASE_LISTEN_URL: {
    must: /PostgreSQL connection string that reaches the database directly/,
    wrong: ['http://user:hunter2@localhost', 'hunter2'],
    right: [
      'postgresql://h/db',
      { databaseUrl: 'postgres://pooler/db', databaseListenUrl: 'postgresql://h/db' },
    ],
    beside: { DATABASE_URL: 'postgres://pooler/db' },
  },
  MCP_SERVER_PORT: {
    must: /port number from 0 to 65535/,
    wrong: ['65536', '-1', '80.5', '0x50', '1e3', 'http', ' 80', '８０'],
    right: ['65535', { port: 65_535 }],
  },
  PORT: {
    must: /port number from 0 to 65535/,
    wrong: ['65536', '-1', 'http'],
    right: ['0', { port: 0 }],
  },
  HOST: {
    must: /address or host name to listen on, such as 127\.0\.0\.1/,
    wrong: ['http://localhost', 'local host', '127.0.0.1/24', '[::1]'],
    right: ['::1', { host: '::1' }],
  },
  ALLOW_SHORT_RSA_KEYS: {
    must: /be true or false/,
    wrong: ['yes', '1', 'TRUE', ' true'],
    right: ['true', { allowShortRsaKeys: true }],
  },
  JWKS_URL: {
    must: /http or https URL of an identity provider's keys/,
    wrong: ['id.example.com/jwks', 'file:///etc/keys', 'data:application/json,{}', '/jwks'],
    right: [
      'https://id.example.com/jwks',
      {
        identityProvider: {
          jwksUrl: 'https://id.example.com/jwks',
          issuer: null,
          audience: null,
          signIn: null,
        },
      },
    ],
  },
  OAUTH: {
    must: /be on or off/,
    wrong: ['true', 'ON', 'none'],
    right: ['off', { oauth: false }],
  },
  PUBLIC_URL: {
    must: /http or https URL/,
    wrong: [
      'agents.example.com',
      'ftp://agents.example.com',
      'localhost:8080',
      '/agents',
      'http://u:hunter2@a.example',
      'http://a.example?q',
      'http://a.example/#h',
      'http://a.example/mcp',
      'http://a.example/api/agents',
      'http://a.example/x/../docs/',
    ],
    right: [
      'https://agents.example.com/here//',
      {
        publicUrl: 'https://agents.example.com/here',
        ...notifying({
          allowPrivateTargets: false,
          webPush: { keys: null, subject: 'https://agents.example.com/here//' },
        }),
      },
    ],
  },
  CORS_ORIGINS: {
    must: /comma-separated list of origins such as https:/,
    wrong: ['*', 'app.example.com', 'https://app.example.com/', 'https://a.example,nonsense', 'null'],
    right: ['https://a.example, ,http://b:8080', { corsOrigins: ['https://a.example', 'http://b:8080'] }],
  },
  ALLOWED_HOSTS: {
    must: /comma-separated list of host names/,
    wrong: ['https://a.example', 'a.example/path', 'a b', '*', 'fd00::1', '[fd00::1'],
    right: [
      'a.example, b.example:8080,[fd00::1]:80',
      { allowedHosts: ['a.example', 'b.example:8080', '[fd00::1]:80'] },
    ],
  },
  STALE_AFTER_SECONDS: {
    must: /whole number of seconds from 1 to 86400/,
    wrong: ['0', '-1', '1.5', '86401', '5m', ' '],
    right: ['60', { staleAfterSeconds: 60 }],
  },
  RETENTION_DAYS: {
    must: /whole number of days from 1 to 36500/,
    wrong: ['0', '-1', '1.5', '36501', '30d', ' '],
    right: ['90', { retentionDays: 90 }],
  },
  RATE_LIMIT_PER_MINUTE: {
    must: /whole number: the requests one token may make a minute/,
    wrong: ['-1', '1.5', '1e3', 'many', ' 5', '9999999999'],
    right: ['600', { rateLimitPerMinute: 600 }],
  },
  NOTIFICATION_KEY: {
    must: /32 random bytes in base64url/,
    wrong: ['hunter2', 'A'.repeat(42), `${'A'.repeat(42)}=`],
    right: ['A'.repeat(43), notifying({ key: 'A'.repeat(43) })],
  },
  ALLOW_PRIVATE_NOTIFICATION_TARGETS: {
    must: /be true or false/,
    wrong: ['yes', '1'],
    right: ['false', notifying({ allowPrivateTargets: false })],
  },
  SMTP_URL: {
    must: /address of a mail server/,
    wrong: ['mail.example.com', 'https://u:hunter2@mail.example.com'],
    right: [
      'smtps://u:p@mail.example.com',
      notifying({ mail: { smtpUrl: 'smtps://u:p@mail.example.com', from: 'a@example.com' } }),
    ],
    beside: { MAIL_FROM: 'a@example.com' },
  },
  MAIL_FROM: {
    must: /sender of mails/,
    wrong: ['nobody', 'a@b\r\nBcc: c@d'],
    right: [
      'Dashboard <a@example.com>',
      notifying({ mail: { smtpUrl: 'smtp://mail.example.com', from: 'Dashboard <a@example.com>' } }),
    ],
    beside: { SMTP_URL: 'smtp://mail.example.com' },
  },
  VAPID_PUBLIC_KEY: {
    must: /public key of web push/,
    wrong: ['B'.repeat(86), 'x'],
    right: [
      'B'.repeat(87),
      notifying({
        webPush: {
          ...DEFAULTS.notifications.webPush,
          keys: { publicKey: 'B'.repeat(87), privateKey: 'A'.repeat(43) },
        },
      }),
    ],
    beside: { VAPID_PRIVATE_KEY: 'A'.repeat(43) },
  },
  VAPID_PRIVATE_KEY: {
    must: /private key of web push/,
    wrong: ['A'.repeat(44), 'hunter2'],
    right: [
      'A'.repeat(43),
      notifying({
        webPush: {
          ...DEFAULTS.notifications.webPush,
          keys: { publicKey: 'B'.repeat(87), privateKey: 'A'.repeat(43) },
        },
      }),
    ],
    beside: { VAPID_PUBLIC_KEY: 'B'.repeat(87) },
  },
  VAPID_SUBJECT: {
    must: /mailto:… or https:/,
    wrong: ['a@example.com', 'http://example.com'],
    right: ['mailto:a@example.com', notifying({ webPush: { keys: null, subject: 'mailto:a@example.com' } })],
  },
  TELEGRAM_BOT_TOKEN: {
    must: /token of a Telegram bot/,
    wrong: ['hunter2', '123456'],
    right: ['123456:ABC-DEF', notifying({ telegram: '123456:ABC-DEF' })],
  },
  SLACK_BOT_TOKEN: {
    must: /bot token of a Slack app/,
    wrong: ['hunter2', 'xapp-1'],
    right: ['xoxb-1', notifying({ slack: { botToken: 'xoxb-1', appToken: 'xapp-1' } })],
    beside: { SLACK_APP_TOKEN: 'xapp-1' },
  },
  SLACK_APP_TOKEN: {
    must: /app-level token of the same Slack app/,
    wrong: ['hunter2', 'xoxb-1'],
    right: ['xapp-1', notifying({ slack: { botToken: 'xoxb-1', appToken: 'xapp-1' } })],
    beside: { SLACK_BOT_TOKEN: 'xoxb-1' },
  },
  TWILIO_ACCOUNT_SID: {
    must: /SID of a Twilio account/,
    wrong: ['x', 'AC1'],
    right: [TWILIO.accountSid, notifying({ twilio: TWILIO })],
    beside: { TWILIO_AUTH_TOKEN: TWILIO.authToken, TWILIO_FROM: TWILIO.from },
  },
  TWILIO_FROM: {
    must: /a number such as \+15005550006/,
    wrong: ['15005550006', 'me'],
    right: [TWILIO.from, notifying({ twilio: TWILIO })],
    beside: { TWILIO_ACCOUNT_SID: TWILIO.accountSid, TWILIO_AUTH_TOKEN: TWILIO.authToken },
  },
  METRICS_PORT: {
    must: /port number from 0 to 65535/,
    wrong: ['http', '-1', '65536'],
    right: ['9464', { metricsPort: 9464 }],
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    must: /http or https URL of an OpenTelemetry collector/,
    wrong: ['x', 'localhost:4318', 'grpc://localhost:4317', '/v1/traces'],
    right: ['http://localhost:4318', { hasTraces: true }],
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    must: /http or https URL where a collector takes traces/,
    wrong: ['x', 'localhost:4318/v1/traces'],
    right: ['https://collector.example/v1/traces', { hasTraces: true }],
  },
  LOG_LEVEL: {
    must: /one of fatal, error, warn, info, debug, trace, silent/,
    wrong: ['verbose', 'INFO', '30'],
    right: ['silent', { logLevel: 'silent' }],
  },
};

describe.each(Object.entries(VARIABLES))('%s', (name, { must, wrong, right: [text, expected], beside }) => {
  test.each(wrong)(
    '%j is refused with one line that names the variable and describes a valid value',
    (value) => {
      const message = refusal({ [name]: value });
      expect(message).toMatch(new RegExp(`^${name} must `));
      expect(message).toMatch(must);
      expect(message).not.toContain('\n');
      expect(message).not.toContain('hunter2');
    },
  );

  test('accepts a valid value', () => {
    expect(readConfig({ ...beside, [name]: text })).toEqual({ ...DEFAULTS, ...expected });
  });

  test('counts as not set when it is empty', () => {
    expect(readConfig({ [name]: '' })).toEqual(DEFAULTS);
  });

  test('has an error of one line even if the value has a line break', () => {
    expect(refusal({ [name]: `${wrong[0]}\nsecond line` })).not.toContain('\n');
  });
});

test('every variable has a default, and unknown variables are ignored', () => {
  expect(readConfig({})).toEqual(DEFAULTS);
  expect(readConfig({ HOME: '/root', AGENTS: 'x' })).toEqual(DEFAULTS);
});

test.each(['DATA_DIR', 'JWT_PUBLIC_KEY', 'JWT_PRIVATE_KEY'])(
  '%s counts as not set when it is empty',
  (name) => {
    expect(readConfig({ [name]: '' })).toEqual(DEFAULTS);
  },
);

test('RATE_LIMIT_PER_MINUTE=0 turns the rate limit off', () => {
  expect(readConfig({ RATE_LIMIT_PER_MINUTE: '0' }).rateLimitPerMinute).toBeNull();
});

test('MCP_SERVER_PORT takes precedence over PORT, also when it is 0', () => {
  expect(readConfig({ PORT: '1', MCP_SERVER_PORT: '2' }).port).toBe(2);
  expect(readConfig({ PORT: '1', MCP_SERVER_PORT: '0' }).port).toBe(0);
  expect(readConfig({ PORT: '1', MCP_SERVER_PORT: '' }).port).toBe(1);
});

test('DATABASE_LISTEN_URL takes precedence over DATABASE_URL for listening only', () => {
  const env = { DATABASE_URL: 'postgres://pooler/db', DATABASE_LISTEN_URL: 'postgres://direct/db' };
  expect(readConfig(env)).toMatchObject({
    databaseUrl: env.DATABASE_URL,
    databaseListenUrl: env.DATABASE_LISTEN_URL,
  });
});

test('DATABASE_LISTEN_URL without DATABASE_URL is refused', () => {
  const message = refusal({ DATABASE_LISTEN_URL: 'postgres://u:hunter2@direct/db' });
  expect(message).toMatch(/^DATABASE_LISTEN_URL must not be set without DATABASE_URL/);
  expect(message).not.toContain('hunter2');
});

test('JWT_ISSUER and JWT_AUDIENCE apply to the tokens of JWKS_URL', () => {
  const env = { JWKS_URL: 'http://localhost/jwks', JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'agents' };
  expect(readConfig(env).identityProvider).toEqual({
    jwksUrl: 'http://localhost/jwks',
    issuer: 'https://id.example',
    audience: 'agents',
    signIn: null,
  });
});

test('OIDC_CLIENT_ID lets people sign in at the provider whose address is JWT_ISSUER', () => {
  const provider = { JWKS_URL: 'http://localhost/jwks', JWT_ISSUER: 'https://id.example' };
  const env = { ...provider, OIDC_CLIENT_ID: 'dashboard' };
  const signIn = { issuer: 'https://id.example', clientId: 'dashboard', clientSecret: null };
  expect(readConfig(env).identityProvider?.signIn).toEqual(signIn);
  const withSecret = { ...env, OIDC_CLIENT_SECRET: 'hunter2' };
  expect(readConfig(withSecret).identityProvider?.signIn).toEqual({ ...signIn, clientSecret: 'hunter2' });
  expect(refusal({ OIDC_CLIENT_ID: 'dashboard' })).toMatch(/^OIDC_CLIENT_ID must not be set without JWT_ISS/);
  expect(refusal({ ...provider, OIDC_CLIENT_SECRET: 'hunter2' })).toMatch(
    /^OIDC_CLIENT_SECRET must not be set without OIDC_CLIENT_ID/,
  );
  expect(refusal({ ...env, JWT_ISSUER: 'id.example' })).toMatch(/^JWT_ISSUER must be the http or https URL/);
});

test.each(['JWT_ISSUER', 'JWT_AUDIENCE'])(
  '%s without JWKS_URL is refused, because it would apply to no token',
  (name) => {
    expect(refusal({ [name]: 'https://id.example' })).toMatch(
      new RegExp(`^${name} must not be set without JWKS_URL.*$`),
    );
    expect(readConfig({ [name]: '' })).toEqual(DEFAULTS);
  },
);

test('quotes around a key, as in an env file, are removed', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ed25519');
  const env = { JWT_PRIVATE_KEY: `"${privateKey}"`, JWT_PUBLIC_KEY: `"${publicKey}"` };
  expect(readConfig(env)).toMatchObject({ jwtPrivateKey: privateKey, jwtPublicKey: publicKey });
});

test('every wrong setting is named, each in a line of its own, and each once', async () => {
  const [one, other] = [await generateKeyPair('ed25519'), await generateKeyPair('ed25519')];
  const cases: [Environment, string[]][] = [
    [{ MCP_SERVER_PORT: 'eighty', LOG_LEVEL: 'loud' }, ['MCP_SERVER_PORT', 'LOG_LEVEL']],
    [
      { DATABASE_URL: 'hunter2', JWT_PRIVATE_KEY: 'hunter2', JWT_PUBLIC_KEY: 'hunter2', JWT_ISSUER: 'x' },
      ['DATABASE_URL', 'JWT_PUBLIC_KEY', 'JWT_PRIVATE_KEY', 'JWT_ISSUER'],
    ],
    [
      { PUBLIC_URL: 'x', JWT_PRIVATE_KEY: one.privateKey, JWT_PUBLIC_KEY: other.publicKey },
      ['PUBLIC_URL', 'JWT_PUBLIC_KEY'],
    ],
    [
      { DATABASE_LISTEN_URL: 'postgres://h/d', METRICS_PORT: '8080', RETENTION_DAYS: '0' },
      ['RETENTION_DAYS', 'DATABASE_LISTEN_URL', 'METRICS_PORT'],
    ],
  ];
  for (const [env, names] of cases) {
    const lines = refusal(env).split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(names);
    for (const line of lines) expect(line).toMatch(/ must /);
    expect(lines.join()).not.toContain('hunter2');
  }
});

test('METRICS_PORT may be 0 when the port of the server is 0', () => {
  expect(readConfig({ METRICS_PORT: '0', MCP_SERVER_PORT: '0' })).toMatchObject({ metricsPort: 0, port: 0 });
});

test('DATA_DIR is relative to the working directory', () => {
  expect(readConfig({ DATA_DIR: 'some/where' }).dataDir).toBe(resolve('some/where'));
  expect(readConfig({ DATA_DIR: '/var/lib/agents' }).dataDir).toBe('/var/lib/agents');
});

test('an error shows the wrong value unless it could hold a secret', () => {
  expect(refusal({ LOG_LEVEL: 'loud' })).toContain('not "loud"');
  expect(refusal({ DATABASE_URL: 'mysql://u:hunter2@h' })).not.toMatch(/mysql|hunter2/);
});
