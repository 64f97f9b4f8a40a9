import type { z } from 'zod';
import { ENVIRONMENT, LOG_LEVELS } from './config-environment.js';
import { SECRET_FILES, withSecretFiles } from './config-secret-files.js';

/** What a person needs to know of a setting: a row of `--help` and of the README. */
export interface Setting {
  readonly name: string;
  /** As it would be written; empty when there is none. */
  readonly default: string;
  readonly meaning: string;
  readonly example: string;
}

const ABOUT: Readonly<Record<keyof z.output<typeof ENVIRONMENT>, Omit<Setting, 'name'>>> = {
  HOST: {
    default: '127.0.0.1',
    meaning: 'Address to listen on. Beyond loopback every request needs a key.',
    example: '0.0.0.0',
  },
  PORT: {
    default: '4318',
    meaning: 'Port to listen on; OTLP/HTTP exporters look at 4318. 0 takes a free one.',
    example: '4319',
  },
  DATABASE_URL: {
    default: '',
    meaning: 'TimescaleDB 2.23 or newer. Unset: the embedded database in DATA_DIR, for evaluation and tests.',
    example: 'postgres://tokenledger:PASSWORD@db.example.com:5432/tokenledger',
  },
  DATA_DIR: {
    default: './data',
    meaning: "Folder of the embedded database and of the running server's address and local admin token.",
    example: '/var/lib/tokenledger',
  },
  PRICES_FILE: {
    default: '',
    meaning: 'Price overrides and organisation contracts, JSON or YAML.',
    example: './prices.yaml',
  },
  LATE_EVENTS_MAX_AGE: {
    default: '13mo',
    meaning: 'Oldest event accepted: a number of hours (h), days (d) or months of 31 days (mo).',
    example: '400d',
  },
  CLOSE_AFTER: {
    default: '3d',
    meaning: 'How long after its end a UTC day is closed; later changes of it are posted as adjustments.',
    example: '36h',
  },
  RAW_RETENTION: {
    default: '30d',
    meaning:
      'How long raw events of a closed day are kept; what is still pending is kept until it is priced.',
    example: '90d',
  },
  AGGREGATE_RETENTION: {
    default: '13mo',
    meaning: 'How long quarter-hour totals are kept, for other time zones than UTC and for percentiles.',
    example: '25mo',
  },
  QUARANTINE_RETENTION: {
    default: '30d',
    meaning: 'How long after it was last seen an item stays in the quarantine.',
    example: '90d',
  },
  TOKENLEDGER_ADMIN_KEY: {
    default: '',
    meaning: 'A key with every right, beside those in the database. Make one with `openssl rand -hex 32`.',
    example: '<64 hexadecimal digits from openssl>',
  },
  INGEST_KEY: {
    default: '',
    meaning: 'A key that only sends, beside those in the database: of a Collector. Make one as above.',
    example: '<64 hexadecimal digits from openssl>',
  },
  GRAFANA_KEY: {
    default: '',
    meaning: "The key of Grafana's data source, beside those in the database. Make one as above.",
    example: '<64 hexadecimal digits from openssl>',
  },
  EMBEDDED_PG_PORT: {
    default: '5433',
    meaning:
      'Port on 127.0.0.1 where SQL users read the embedded database; 0 is off. Unused with DATABASE_URL.',
    example: '5434',
  },
  READER_PASSWORD: {
    default: '',
    meaning: 'Password of tokenledger_reader, the database role of SQL users: it reads the reporting views.',
    example: '<32 hexadecimal digits from openssl>',
  },
  GRAFANA_URL: {
    default: '',
    meaning: 'Grafana, as this server reaches it: its users may read. Every request needs a key then.',
    example: 'http://127.0.0.1:3000',
  },
  GRAFANA_ISSUER: {
    default: '',
    meaning: "Grafana's root_url, as browsers see it, where it is not GRAFANA_URL.",
    example: 'https://grafana.example.com/',
  },
  GRAFANA_TEAM_ORG_ID: {
    default: '1',
    meaning: "The team's organisation in Grafana: its viewers and editors read, its admins change.",
    example: '2',
  },
  LOG_LEVEL: { default: 'info', meaning: `How much is logged: ${LOG_LEVELS.join(', ')}.`, example: 'debug' },
  MAX_BODY_BYTES: {
    default: '64MiB',
    meaning: 'Largest ingest request after decompression: bytes, or a number of KiB, MiB or GiB.',
    example: '16MiB',
  },
  MAX_BYTES_IN_FLIGHT: {
    default: '128MiB',
    meaning:
      'Body bytes all requests together may hold in memory; what exceeds it is answered 503 with Retry-After.',
    example: '256MiB',
  },
  ORG_ID_ATTRIBUTES: attributesOf('organisation', 'acme.customer.id'),
  ASSISTANT_ID_ATTRIBUTES: attributesOf('assistant', 'acme.bot.id'),
  QUERY_TYPE_ATTRIBUTES: attributesOf('query type', 'acme.feature,acme.job'),
  CONVERSATION_ID_ATTRIBUTES: attributesOf('conversation', 'acme.thread.id'),
  USER_ID_ATTRIBUTES: attributesOf('user', 'acme.user.id'),
  ENVIRONMENT_ATTRIBUTES: attributesOf('environment', 'acme.stage'),
};

/** Every setting, in the order of `--help`. The README's table is compared with it by a test. */
export const SETTINGS: readonly Setting[] = Object.entries(ABOUT).map(([name, about]) => ({
  name,
  ...about,
}));

/** Where Grafana is, and what its organisations are to us. */
export interface GrafanaConfig {
  /** As this server reaches it, without a slash at the end. */
  readonly url: string;
  /** What its tokens name as their issuer: root_url, with its slash at the end. */
  readonly issuer: string;
  /** The number of the team's organisation. */
  readonly teamOrgId: number;
}

/** The settings as the program uses them. Null: not set. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly pricesFile: string | null;
  /** Milliseconds. */
  readonly lateEventsMaxAge: number;
  readonly closeAfter: number;
  readonly rawRetention: number;
  readonly aggregateRetention: number;
  readonly quarantineRetention: number;
  readonly adminKey: string | null;
  /** INGEST_KEY and GRAFANA_KEY. */
  readonly configuredKeys: { readonly ingest: string | null; readonly grafana: string | null };
  /** Of the database role tokenledger_reader. Null: its login stays as it is. */
  readonly readerPassword: string | null;
  /** Where SQL users read the embedded database; null: nowhere. */
  readonly embeddedPgPort: number | null;
  /** Null: nobody comes through Grafana. */
  readonly grafana: GrafanaConfig | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly maxBodyBytes: number;
  readonly maxBytesInFlight: number;
  /** Attribute names to look at before the built-in ones. */
  readonly attributeNames: {
    readonly orgId: readonly string[];
    readonly assistantId: readonly string[];
    readonly queryType: readonly string[];
    readonly conversationId: readonly string[];
    readonly userId: readonly string[];
    readonly environment: readonly string[];
  };
  /** To be logged at start: probably misspelt variables. */
  readonly warnings: readonly string[];
}

/** Everything wrong with the environment, one line each; no value is quoted, as it may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads the settings from the environment, and secrets from the files it names; throws one ConfigError with every problem.
 * An empty string is unset.
 */
export function readConfig(told: Readonly<Record<string, string | undefined>>): Config {
  const { environment, problems } = withSecretFiles(told);
  const given = Object.fromEntries(
    Object.keys(ABOUT).flatMap((name) => {
      const value = environment[name]?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  const result = ENVIRONMENT.safeParse(given);
  const wrong = result.success ? [] : result.error.issues.map(problemLine);
  if (!result.success || problems.length > 0) throw new ConfigError([...problems, ...wrong]);
  const env = result.data;
  return {
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir: env.DATA_DIR,
    pricesFile: env.PRICES_FILE ?? null,
    lateEventsMaxAge: env.LATE_EVENTS_MAX_AGE,
    closeAfter: env.CLOSE_AFTER,
    rawRetention: env.RAW_RETENTION,
    aggregateRetention: env.AGGREGATE_RETENTION,
    quarantineRetention: env.QUARANTINE_RETENTION,
    adminKey: env.TOKENLEDGER_ADMIN_KEY ?? null,
    configuredKeys: { ingest: env.INGEST_KEY ?? null, grafana: env.GRAFANA_KEY ?? null },
    readerPassword: env.READER_PASSWORD ?? null,
    embeddedPgPort: env.EMBEDDED_PG_PORT === 0 ? null : env.EMBEDDED_PG_PORT,
    grafana: grafanaOf(env),
    logLevel: env.LOG_LEVEL,
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxBytesInFlight: env.MAX_BYTES_IN_FLIGHT,
    attributeNames: {
      orgId: env.ORG_ID_ATTRIBUTES,
      assistantId: env.ASSISTANT_ID_ATTRIBUTES,
      queryType: env.QUERY_TYPE_ATTRIBUTES,
      conversationId: env.CONVERSATION_ID_ATTRIBUTES,
      userId: env.USER_ID_ATTRIBUTES,
      environment: env.ENVIRONMENT_ATTRIBUTES,
    },
    warnings: Object.keys(environment)
      .filter((name) => name.startsWith('TOKENLEDGER_') && !isSetting(name))
      .map((name) => `${name} is not a setting of Tokenledger and is ignored; --help lists them all.`),
  };
}

const isSetting = (name: string): boolean => Object.hasOwn(ABOUT, name) || SECRET_FILES.includes(name);

function grafanaOf(env: z.output<typeof ENVIRONMENT>): GrafanaConfig | null {
  const { GRAFANA_URL: url, GRAFANA_ISSUER: issuer = url, GRAFANA_TEAM_ORG_ID: teamOrgId } = env;
  return url === undefined ? null : { url, issuer: `${issuer}/`, teamOrgId };
}

/** The table `--help` prints, and which settings can be files. */
export function settingsHelp(): string {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  const settings = SETTINGS.map(({ name, default: byDefault, meaning, example }) => {
    const values = `default: ${byDefault === '' ? 'none' : byDefault}, for example: ${name}=${example}`;
    return `  ${name.padEnd(width)}  ${meaning}\n${indent}${values}`;
  }).join('\n');
  return `${settings}\n\nSecrets can be read from files instead: ${SECRET_FILES.join(', ')}.`;
}

function problemLine(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0]);
  const example = SETTINGS.find((setting) => setting.name === name)?.example ?? '';
  return `${name} ${issue.message}. Example: ${name}=${example}`;
}

function attributesOf(what: string, example: string): Omit<Setting, 'name'> {
  const meaning = `Attribute names that carry the ${what}, looked at before the built-in ones; commas between.`;
  return { default: '', meaning, example };
}
