import { z } from 'zod';
import {
  attributeNames,
  bytes,
  duration,
  grafanaOrganisation,
  postgresUrl,
  randomKey,
  webAddress,
} from './config-values.js';

const MIB = 1024 ** 2;
const DAY = 86_400_000;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** How the environment is read. Empty strings count as unset and never arrive here. */
export const ENVIRONMENT = z
  .object({
    HOST: z
      .string()
      .regex(/^[\w.:-]+$/, 'must be an address or a host name')
      .default('127.0.0.1'),
    PORT: z
      .string()
      .refine(
        (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
        'must be a whole number from 0 to 65535',
      )
      .transform(Number)
      .default(4318),
    DATABASE_URL: postgresUrl.optional(),
    DATA_DIR: z.string().default('./data'),
    PRICES_FILE: z
      .string()
      .regex(/\.(json|ya?ml)$/i, 'must end in .json, .yaml or .yml')
      .optional(),
    LATE_EVENTS_MAX_AGE: duration.default(13 * 31 * DAY),
    CLOSE_AFTER: duration.default(3 * DAY),
    RAW_RETENTION: duration.default(30 * DAY),
    AGGREGATE_RETENTION: duration.default(13 * 31 * DAY),
    QUARANTINE_RETENTION: duration.default(30 * DAY),
    TOKENLEDGER_ADMIN_KEY: z
      .string()
      .regex(/^[\x21-\x7e]{32,256}$/, 'must be 32 to 256 printable ASCII characters without spaces')
      .optional(),
    INGEST_KEY: randomKey.optional(),
    GRAFANA_KEY: randomKey.optional(),
    EMBEDDED_PG_PORT: z
      .string()
      .refine(
        (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
        'must be a whole number from 0 to 65535',
      )
      .transform(Number)
      .default(5433),
    READER_PASSWORD: z
      .string()
      .regex(/^[\x21-\x7e]{12,256}$/, 'must be 12 to 256 printable ASCII characters without spaces')
      .optional(),
    GRAFANA_URL: webAddress.optional(),
    GRAFANA_ISSUER: webAddress.optional(),
    GRAFANA_TEAM_ORG_ID: grafanaOrganisation.default(1),
    LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
    MAX_BODY_BYTES: bytes.default(64 * MIB),
    MAX_BYTES_IN_FLIGHT: bytes.default(128 * MIB),
    ORG_ID_ATTRIBUTES: attributeNames.default([]),
    ASSISTANT_ID_ATTRIBUTES: attributeNames.default([]),
    QUERY_TYPE_ATTRIBUTES: attributeNames.default([]),
    CONVERSATION_ID_ATTRIBUTES: attributeNames.default([]),
    USER_ID_ATTRIBUTES: attributeNames.default([]),
    ENVIRONMENT_ATTRIBUTES: attributeNames.default([]),
  })
  .refine((env) => env.MAX_BYTES_IN_FLIGHT >= env.MAX_BODY_BYTES, {
    path: ['MAX_BYTES_IN_FLIGHT'],
    message: 'must be at least MAX_BODY_BYTES, or the largest body could never be read',
  })
  .refine((env) => env.RAW_RETENTION > env.CLOSE_AFTER, {
    path: ['RAW_RETENTION'],
    message: 'must be longer than CLOSE_AFTER: only closed days may go',
  })
  .refine((env) => env.AGGREGATE_RETENTION >= env.RAW_RETENTION, {
    path: ['AGGREGATE_RETENTION'],
    message: 'must be at least RAW_RETENTION',
  })
  .refine((env) => env.GRAFANA_ISSUER === undefined || env.GRAFANA_URL !== undefined, {
    path: ['GRAFANA_URL'],
    message: 'must be set where GRAFANA_ISSUER is',
  })
  .refine(
    (env) =>
      env.GRAFANA_KEY === undefined || ![env.INGEST_KEY, env.TOKENLEDGER_ADMIN_KEY].includes(env.GRAFANA_KEY),
    {
      path: ['GRAFANA_KEY'],
      message: 'must be a key of its own: it opens nothing by itself, the others do',
    },
  )
  .refine((env) => env.INGEST_KEY === undefined || env.INGEST_KEY !== env.TOKENLEDGER_ADMIN_KEY, {
    path: ['INGEST_KEY'],
    message: 'must be a key of its own: what sends telemetry needs no other right',
  });
