import { resolve } from 'node:path';
import { readPrivateKey, readPublicKeys, requireSamePair } from '../../adapters/jwt/keys/keys.ts';
import { DEFAULT_SETTINGS } from '../../application/use-case.ts';
import { ConfigError } from '../errors.ts';
import { isLoopback } from './loopback.ts';
import { type LOG_LEVELS, readVariable, VARIABLE_NAMES, type Values, type Variable } from './variables.ts';

/** The environment variables of a process. */
export type Environment = { readonly [name: string]: string | undefined };

export interface IdentityProviderConfig {
  readonly jwksUrl: string;
  /** The issuer that tokens must have; null when the issuer is not checked. */
  readonly issuer: string | null;
  /** The audience that tokens must have; null when the audience is not checked. */
  readonly audience: string | null;
  /** How people sign in at the provider on the page; null: they cannot. */
  readonly signIn: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string | null;
  } | null;
}

export interface NotificationConfig {
  /** Encrypts the settings of destinations. Null: the key in the data folder does. */
  readonly key: string | null;
  /** Whether users may give addresses in private networks. */
  readonly allowPrivateTargets: boolean;
  /** Null: no mails are sent. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | null;
  readonly webPush: {
    /** Null: the keys in the data folder. */
    readonly keys: { readonly publicKey: string; readonly privateKey: string } | null;
    readonly subject: string;
  };
  /** The token of the bot; null: no Telegram. */
  readonly telegram: string | null;
  readonly slack: { readonly botToken: string; readonly appToken: string } | null;
  readonly twilio: { readonly accountSid: string; readonly authToken: string; readonly from: string } | null;
}

export interface Config {
  /** Null: the embedded database in `dataDir` is used. */
  readonly databaseUrl: string | null;
  readonly databaseListenUrl: string | null;
  /** An absolute path. */
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  /** PEM text of one or more keys. */
  readonly jwtPublicKey: string | null;
  readonly jwtPrivateKey: string | null;
  readonly allowShortRsaKeys: boolean;
  /** The identity provider that issues tokens for people; null: none is used. */
  readonly identityProvider: IdentityProviderConfig | null;
  /** Whether programs get tokens over OAuth after a person has allowed it. */
  readonly oauth: boolean;
  readonly publicUrl: string | null;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  /** An active instance that is silent for longer than this is shown as STALE. */
  readonly staleAfterSeconds: number;
  /** Null: there is no limit. */
  readonly rateLimitPerMinute: number | null;
  /** How long ended and deleted instances are kept; null: for ever. */
  readonly retentionDays: number | null;
  readonly notifications: NotificationConfig;
  /** Null: there are no metrics. */
  readonly metricsPort: number | null;
  /** Whether OpenTelemetry's own variables ask for traces. OpenTelemetry's libraries read the details. */
  readonly hasTraces: boolean;
  /** Null: `info`, or `warn` on a terminal. */
  readonly logLevel: (typeof LOG_LEVELS)[number] | null;
}

/**
 * Reads the settings from environment variables; an empty one counts as not set.
 * @throws ConfigError with one line for each variable that is wrong.
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const read = (name: Variable): unknown => {
    const result = readVariable(name, env[name] || undefined);
    if ('problem' in result) problems.push(result.problem);
    return 'problem' in result ? undefined : result.value;
  };
  const values = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, read(name)])) as Values;
  problems.push(...keyProblems(values), ...conflicts(values, env));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    databaseListenUrl: values.DATABASE_LISTEN_URL ?? values.DATABASE_URL ?? null,
    dataDir: resolve(values.DATA_DIR),
    port: portOf(values),
    host: values.HOST,
    jwtPublicKey: values.JWT_PUBLIC_KEY ?? null,
    jwtPrivateKey: values.JWT_PRIVATE_KEY ?? null,
    allowShortRsaKeys: values.ALLOW_SHORT_RSA_KEYS,
    identityProvider: identityProviderOf(values),
    oauth: values.OAUTH,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    corsOrigins: values.CORS_ORIGINS,
    allowedHosts: values.ALLOWED_HOSTS,
    staleAfterSeconds: values.STALE_AFTER_SECONDS ?? DEFAULT_SETTINGS.staleAfterSeconds,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE || null,
    retentionDays: values.RETENTION_DAYS ?? null,
    notifications: notificationsOf(values),
    metricsPort: values.METRICS_PORT ?? null,
    hasTraces: areTracesWanted(env),
    logLevel: values.LOG_LEVEL ?? null,
  };
}

const portOf = ({ MCP_SERVER_PORT, PORT }: Values): number => MCP_SERVER_PORT ?? PORT ?? 8080;

/**
 * Returns whether OpenTelemetry's variables ask for traces. Differs from OpenTelemetry's specification in one
 * point: if neither an exporter nor an endpoint is set, nothing is sent.
 */
function areTracesWanted(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const { OTEL_TRACES_EXPORTER: exporter } = env;
  if (exporter) return exporter.split(',').some((name) => name.trim() === 'otlp');
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

const identityProviderOf = (values: Values): IdentityProviderConfig | null =>
  values.JWKS_URL === undefined
    ? null
    : {
        jwksUrl: values.JWKS_URL,
        issuer: values.JWT_ISSUER ?? null,
        audience: values.JWT_AUDIENCE ?? null,
        signIn:
          values.OIDC_CLIENT_ID === undefined || values.JWT_ISSUER === undefined
            ? null
            : {
                issuer: values.JWT_ISSUER,
                clientId: values.OIDC_CLIENT_ID,
                clientSecret: values.OIDC_CLIENT_SECRET ?? null,
              },
      };

function notificationsOf(values: Values): NotificationConfig {
  const { SMTP_URL: smtpUrl, MAIL_FROM: from, ALLOW_PRIVATE_NOTIFICATION_TARGETS, HOST } = values;
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken } = values;
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: twilioFrom } = values;
  return {
    key: values.NOTIFICATION_KEY ?? null,
    // A server that only this machine reaches belongs to whoever uses it. A proxy may make it reachable.
    allowPrivateTargets:
      ALLOW_PRIVATE_NOTIFICATION_TARGETS ?? (isLoopback(HOST) && values.PUBLIC_URL === undefined),
    mail: smtpUrl === undefined || from === undefined ? null : { smtpUrl, from },
    webPush: { keys: vapidKeysOf(values), subject: values.VAPID_SUBJECT ?? defaultSubject(values) },
    telegram: values.TELEGRAM_BOT_TOKEN ?? null,
    slack: botToken === undefined || appToken === undefined ? null : { botToken, appToken },
    twilio:
      accountSid === undefined || authToken === undefined || twilioFrom === undefined
        ? null
        : { accountSid, authToken, from: twilioFrom },
  };
}

const vapidKeysOf = ({ VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }: Values) =>
  publicKey === undefined || privateKey === undefined ? null : { publicKey, privateKey };

/** Push services want an address (RFC 8292, section 2.1). Apple refuses one at localhost. */
const defaultSubject = ({ PUBLIC_URL }: Values): string =>
  PUBLIC_URL?.startsWith('https:') ? PUBLIC_URL : 'mailto:agent-dashboard@example.com';

/** The variables that mean nothing without another one, and why. */
const PARTNERS: readonly (readonly [name: Variable, partner: Variable, why: string])[] = [
  ['DATABASE_LISTEN_URL', 'DATABASE_URL', ', whose database it reaches'],
  ['JWT_ISSUER', 'JWKS_URL', ": it is for an identity provider's tokens"],
  ['JWT_AUDIENCE', 'JWKS_URL', ": it is for an identity provider's tokens"],
  ['OIDC_CLIENT_ID', 'JWT_ISSUER', ', the address of the identity provider'],
  ['OIDC_CLIENT_SECRET', 'OIDC_CLIENT_ID', ', the name that the secret belongs to'],
  ['SMTP_URL', 'MAIL_FROM', ', the sender of the mails'],
  ['MAIL_FROM', 'SMTP_URL', ', the mail server'],
  ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', ', the other half of the pair'],
  ['VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY', ', the other half of the pair'],
  ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', ', which receives the answers'],
  ['SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN', ', which sends the messages'],
  ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', ', its password'],
  ['TWILIO_AUTH_TOKEN', 'TWILIO_ACCOUNT_SID', ', the account'],
  ['TWILIO_ACCOUNT_SID', 'TWILIO_FROM', ', the sender of the messages'],
  ['TWILIO_FROM', 'TWILIO_ACCOUNT_SID', ', the account'],
];

/** Says which settings do not fit together. A setting that is wrong in itself is not named again. */
function conflicts(values: Values, env: Environment): readonly string[] {
  const missing = PARTNERS.filter(([name, partner]) => values[name] !== undefined && !env[partner]);
  const metricsPort = values.METRICS_PORT || null;
  const { OIDC_CLIENT_ID, JWT_ISSUER } = values;
  const isIssuerUrl = /^https?:\/\//.test(JWT_ISSUER ?? '') && URL.canParse(JWT_ISSUER ?? '');
  return [
    ...(OIDC_CLIENT_ID !== undefined && JWT_ISSUER !== undefined && !isIssuerUrl
      ? ['JWT_ISSUER must be the http or https URL of the identity provider, if OIDC_CLIENT_ID is set']
      : []),
    ...missing.map(([name, partner, why]) => `${name} must not be set without ${partner}${why}`),
    ...(metricsPort === portOf(values)
      ? [`METRICS_PORT must not be the port of the server, ${metricsPort}`]
      : []),
  ];
}

/** Says what is wrong with the keys. They are read again when they are needed. */
function keyProblems(values: Values): readonly string[] {
  const { JWT_PUBLIC_KEY: publicPem, JWT_PRIVATE_KEY: privatePem, ALLOW_SHORT_RSA_KEYS } = values;
  const options = { allowShortRsa: ALLOW_SHORT_RSA_KEYS === true };
  const problems: string[] = [];
  const tryTo = <Key>(read: () => Key): Key | null => {
    try {
      return read();
    } catch (error) {
      problems.push((error as Error).message);
      return null;
    }
  };
  const publicKeys = publicPem && tryTo(() => readPublicKeys(publicPem, 'JWT_PUBLIC_KEY', options));
  const pair = privatePem && tryTo(() => readPrivateKey(privatePem, 'JWT_PRIVATE_KEY', options));
  if (publicKeys && pair) tryTo(() => requireSamePair(pair, publicKeys, 'JWT_PUBLIC_KEY'));
  return problems;
}
