/** `docker-compose.yml` as Docker reads it: with its variables, anchors and defaults. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';

const listed = z.array(z.string()).default([]);

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z.literal('.').optional(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  privileged: z.boolean().default(false),
  cap_drop: listed,
  cap_add: listed,
  security_opt: listed,
  restart: z.string().optional(),
  profiles: listed,
  entrypoint: listed,
  command: listed,
  environment: z.record(z.string(), z.string()).default({}),
  secrets: listed,
  ports: listed,
  volumes: listed,
  deploy: z.object({ replicas: z.int() }).optional(),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), required: z.boolean().default(true) }))
    .default({}),
  healthcheck: z.object({ test: z.tuple([z.literal('CMD')], z.string()) }).optional(),
  stop_grace_period: z.string().optional(),
});

const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeService = z.infer<typeof serviceSchema>;
export type Compose = z.infer<typeof composeSchema>;

/** Returns the file as Docker Compose sees it. @param env the variables that replace the defaults in the file */
export function readComposeFile(env: Readonly<Record<string, string>> = {}): unknown {
  const text = readFileSync(path.join(packageRoot(), 'docker-compose.yml'), 'utf8').replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, otherwise: string) => env[name] ?? otherwise,
  );
  return JSON.parse(JSON.stringify(parse(text, { strict: true, uniqueKeys: true, merge: true })).replaceAll('$$', '$'));
}

/** Returns the parts of the file that the checks need. */
export function composeOf(file: unknown): Compose {
  return composeSchema.parse(file);
}

/** Returns the variables of `deploy/demo.env`. */
export function demoVariables(): Readonly<Record<string, string>> {
  const text = readFileSync(path.join(packageRoot(), 'deploy/demo.env'), 'utf8');
  return Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}
