/** The parts that the server process is composed of: fastify plugins with routes of their own. */
import type { Client, Connection } from '@temporalio/client';
import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';
import type { ServerConfig } from '../config.js';
import type { Log } from '../log.js';

export interface HttpModuleContext {
  readonly config: ServerConfig;
  readonly temporal: Client;
  readonly connection: Connection;
  readonly log: Log;
  /** Where a door's own metrics go. */
  readonly metrics: Registry;
}

export interface HttpModule {
  readonly plugin: FastifyPluginAsync;
  /** What has happened since the start: numbers only. */
  readonly report?: () => Readonly<Record<string, unknown>>;
}
