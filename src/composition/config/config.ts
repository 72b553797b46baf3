import { resolve } from 'node:path';
import * as v from 'valibot';
import { readPrivateKey, readPublicKeys, requireSamePair } from '../../adapters/jwt/keys/keys.ts';
import { DEFAULT_SETTINGS } from '../../application/use-case.ts';
import { DEFAULT_DATA_DIR } from '../data-dir/data-dir.ts';
import { ConfigError } from '../errors.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const checkUrl = (protocols: readonly string[]) =>
  v.check((text: string) => URL.canParse(text) && protocols.includes(new URL(text).protocol));

const commaSeparatedList = v.transform((text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
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
const OWN_PATHS = 'api mcp sse messages docs openapi.json assets .well-known health ready'.split(' ');

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
    schema: v.optional(
      v.pipe(
        v.picklist(['true', 'false']),
        v.transform((text) => text === 'true'),
      ),
      'false',
    ),
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
type Variable = keyof Variables;
type Values = { [Name in Variable]: v.InferOutput<Variables[Name]['schema']> };

/** The variables with passwords and keys. Errors never show their values. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set<Variable>([
  'DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'JWT_PRIVATE_KEY',
  'JWT_PUBLIC_KEY',
]);

/** The environment variables of a process. */
export type Environment = { readonly [name: string]: string | undefined };

export interface IdentityProviderConfig {
  readonly jwksUrl: string;
  /** The issuer that tokens must have; null when the issuer is not checked. */
  readonly issuer: string | null;
  /** The audience that tokens must have; null when the audience is not checked. */
  readonly audience: string | null;
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
  readonly publicUrl: string | null;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  /** An active instance that is silent for longer than this is shown as STALE. */
  readonly staleAfterSeconds: number;
  /** Null: there is no limit. */
  readonly rateLimitPerMinute: number | null;
  /** How long ended and deleted instances are kept; null: for ever. */
  readonly retentionDays: number | null;
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
  const values = Object.fromEntries(
    (Object.keys(VARIABLES) as Variable[]).map((name) => [name, read(name)]),
  ) as Values;
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
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    corsOrigins: values.CORS_ORIGINS,
    allowedHosts: values.ALLOWED_HOSTS,
    staleAfterSeconds: values.STALE_AFTER_SECONDS ?? DEFAULT_SETTINGS.staleAfterSeconds,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE || null,
    retentionDays: values.RETENTION_DAYS ?? null,
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
      };

/** The variables that mean nothing without another one, and why. */
const PARTNERS: readonly (readonly [name: Variable, partner: Variable, why: string])[] = [
  ['DATABASE_LISTEN_URL', 'DATABASE_URL', ', whose database it reaches'],
  ['JWT_ISSUER', 'JWKS_URL', ": it is for an identity provider's tokens"],
  ['JWT_AUDIENCE', 'JWKS_URL', ": it is for an identity provider's tokens"],
];

/** Says which settings do not fit together. A setting that is wrong in itself is not named again. */
function conflicts(values: Values, env: Environment): readonly string[] {
  const missing = PARTNERS.filter(([name, partner]) => values[name] !== undefined && !env[partner]);
  const metricsPort = values.METRICS_PORT || null;
  return [
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

function readVariable(
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
