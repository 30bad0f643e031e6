/** HTTP modules of the server process: fastify plugins with their own routes. */
import type { Client, Connection } from '@temporalio/client';
import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';
import type { ServerConfiguration } from '../config/configuration.js';
import type { Log } from '../log.js';

export interface HttpModuleContext extends ServerConfiguration {
  readonly temporal: Client;
  readonly connection: Connection;
  readonly log: Log;
  /** Registry of the module's own metrics. */
  readonly metrics: Registry;
}

export interface HttpModule {
  readonly plugin: FastifyPluginAsync;
  /** Returns counts since the start: numbers only. */
  readonly report?: () => Readonly<Record<string, unknown>>;
}
