/** Environment variables of the connection to Temporal; the SDK's `@temporalio/envconfig` reads them. */
import { z } from 'zod';
import { ALL_AT_ONCE, hostAndPort, text } from '../config/variables.js';

const flag = z.enum(['true', 'false', '1', '0'], { error: 'must be true or false' });

/** Pairs of which both or neither must be set: the SDK ignores a certificate without its key. */
const CERTIFICATES = [
  ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
  ['TEMPORAL_TLS_CLIENT_CERT_DATA', 'TEMPORAL_TLS_CLIENT_KEY_DATA'],
] as const;

export const temporalVariables = z
  .object({
    TEMPORAL_ADDRESS: hostAndPort('temporal.example.com:7233')
      .optional()
      .describe('Host and port of the server; else `127.0.0.1:7233`'),
    TEMPORAL_NAMESPACE: text.optional().describe('Namespace of the stays; else `default`'),
    TEMPORAL_API_KEY: text.optional().describe('API key of Temporal Cloud; switches TLS on'),
    TEMPORAL_TLS: flag.optional().describe('Whether to use TLS'),
    TEMPORAL_TLS_CLIENT_CERT_PATH: text.optional().describe('File of the client certificate (mTLS)'),
    TEMPORAL_TLS_CLIENT_KEY_PATH: text.optional().describe("File of the client certificate's key"),
    TEMPORAL_TLS_CLIENT_CERT_DATA: text.optional().describe('The client certificate itself'),
    TEMPORAL_TLS_CLIENT_KEY_DATA: text.optional().describe("The client certificate's key itself"),
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: text.optional().describe('File of the certificate authority of the server'),
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: text.optional().describe('The certificate authority itself'),
    TEMPORAL_TLS_SERVER_NAME: text.optional().describe("Name in the server's certificate, if it is not the host"),
    STAYLINE_ENCRYPTION_KEYS: text.optional().describe('Keys that [encrypt](encryption.md) payloads, newest first'),
    TEMPORAL_PROFILE: text.optional().describe("Profile of Temporal's configuration file"),
    TEMPORAL_CONFIG_FILE: text.optional().describe("Temporal's configuration file, if not at its usual place"),
  })
  .superRefine((env, context) => {
    for (const [one, other] of CERTIFICATES) {
      const missing = env[one] === undefined ? one : other;
      if ((env[one] === undefined) === (env[other] === undefined)) continue;
      context.addIssue({
        code: 'custom',
        path: [missing],
        message: `is needed with ${missing === one ? other : one}`,
      });
    }
  }, ALL_AT_ONCE);

/** Variables with a secret, which may be in a file instead. */
export const TEMPORAL_SECRETS = ['TEMPORAL_API_KEY', 'STAYLINE_ENCRYPTION_KEYS'];
