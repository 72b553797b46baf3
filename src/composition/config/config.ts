import { resolve } from 'node:path';
import { readPrivateKey, readPublicKeys, requireSamePair } from '../../adapters/jwt/keys/keys.ts';
import { DEFAULT_SETTINGS } from '../../application/use-case.ts';
import { ConfigError } from '../errors.ts';
import { type LOG_LEVELS, readVariable, VARIABLE_NAMES, type Values, type Variable } from './variables.ts';

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
