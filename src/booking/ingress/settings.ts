/** Parts that the settings of several booking systems share. */
import { z } from 'zod';

/** Name of the environment variable that holds a secret. */
export const secretNameSchema = z
  .string({ error: 'must be the name of an environment variable, such as "SEASIDE_SECRET"' })
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
    'must be the name of the environment variable that holds the secret, such as "SEASIDE_SECRET"; never the secret itself',
  );

/** Base URL of an API. */
export const baseUrlSchema = z.url({ protocol: /^https?$/, error: 'must be a URL such as "https://api.example.com"' });

/**
 * Guard against forged deliveries, for systems that do not sign. It checks a token at the end of the webhook's path, a
 * name and password (basic authentication), or the sender's address. All that are given must hold. A token or a
 * password is required.
 */
export const guardSchema = z
  .strictObject({
    token: secretNameSchema.optional(),
    basic: z.strictObject({ user: z.string().min(1, 'must not be empty'), password: secretNameSchema }).optional(),
    addresses: z
      .array(
        z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
          error: 'must be an address such as "203.0.113.7" or "203.0.113.0/24"',
        }),
      )
      .min(1, 'must name at least one address')
      .optional(),
  })
  .refine(
    (guard) => guard.token !== undefined || guard.basic !== undefined,
    'must hold "token" or "basic": an address alone does not authenticate a sender',
  );

export type Guard = z.infer<typeof guardSchema>;

/** Minimum length in characters of a secret that a sender presents as it is. Anybody may try as many as they like. */
const SHORTEST = 16;

/**
 * Returns a secret that a sender presents as it is, by the name of its environment variable.
 * @throws Error if it is not set, or short enough to be guessed
 */
export function longSecretOf(name: string, secret: (name: string) => string): string {
  const value = secret(name);
  if (value.length >= SHORTEST) return value;
  const how = 'such as "openssl rand -hex 32" makes';
  throw new Error(`needs at least ${SHORTEST} characters in the environment variable ${name}, ${how}`);
}
