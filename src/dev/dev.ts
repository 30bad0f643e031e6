/**
 * Command `npm run dev [-- --rooms N] [--data FOLDER] [--fresh]`: runs the stack until Ctrl-C. It writes one line of JSON
 * to stdout when the stack is ready, and everything else to stderr.
 */
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { defined } from '../domain/model/defined.js';
import { privateFolder } from '../temporal/binaries.js';
import { isTemporalGiven } from '../temporal/connection.js';
import { DatabaseInUse } from '../temporal/database-lock.js';
import { SERVER_PORT } from '../config/process-variables.js';
import { endRequested } from '../process.js';
import { freePorts } from '../temporal/ports.js';
import { TASK_QUEUES } from '../temporal/task-queues.js';
import { DEV_API_KEY, startStack, type Stack } from './stack.js';
import { prepareWorld, WorldRefused } from './world.js';

const PORTS = { temporal: 7233, webUi: 8233 };
const SIMULATOR_PORT = 4010;
const BAD_INPUT = 2;

function roomCount(text: string): number {
  const rooms = Number(text);
  if (!/^\d+$/.test(text) || rooms < 1) throw new InvalidArgumentError('must be a whole number of at least 1.');
  return rooms;
}

interface Arguments {
  readonly rooms?: number;
  readonly data: string;
  readonly fresh?: true;
}

function readArguments(): Arguments {
  return new Command('dev')
    .description('Temporal with Web UI, a simulated hotel, a worker and the server for its events on this machine.')
    .option('--rooms <number>', 'how many guest rooms a new hotel has (default: 40)', roomCount)
    .option(
      '--data <folder>',
      "where Temporal's database, the hotel and the logs are kept",
      path.join(privateFolder(), 'dev'),
    )
    .option('--fresh', 'start with a new hotel and an empty database')
    .allowExcessArguments(false)
    .exitOverride()
    .parse()
    .opts<Arguments>();
}

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}

function describe({ temporal, simulator, server }: Stack): string {
  const { url, apiKey, workspaceId, acsSystemId, credentialManagerAcsSystemId, property } = simulator;
  return JSON.stringify({
    temporalAddress: temporal.address,
    namespace: temporal.namespace,
    taskQueue: TASK_QUEUES.stays,
    webUi: temporal.webUi ?? null,
    simulator: { url, apiKey, workspaceId, acsSystemId, credentialManagerAcsSystemId, property },
    server: { url: server?.url, webhookUrl: server?.webhookUrl, apiKey: DEV_API_KEY },
  });
}

async function main(): Promise<number> {
  const { rooms, data, fresh } = readArguments();
  const folder = path.resolve(data);
  const { hotelFile } = prepareWorld({
    folder,
    start: fresh === true ? 'fresh' : 'as-it-was',
    temporal: isTemporalGiven(process.env) ? 'given' : 'own',
  });
  const [port = 0] = await freePorts(SIMULATOR_PORT);
  const stack = await startStack({
    folder,
    temporal: 'given-or-own',
    preferredPorts: PORTS,
    simulator: { port, stateFile: hotelFile, ...defined({ rooms }) },
    server: { preferredPort: SERVER_PORT },
    onProgress: print,
  });
  const asked = endRequested().then(() => 'asked' as const);
  const { webUi } = stack.temporal;
  print(`Stays and the hotel are kept in ${folder}; --fresh starts over`);
  if (webUi !== undefined) print(`Temporal Web UI: ${webUi} (views and columns: docs/web-ui.md)`);
  print(`Logs of the worker: ${stack.workerLog}`);
  const { server: events } = stack;
  if (events !== undefined) print(`Seam's events go to ${events.webhookUrl}; logs of the server: ${events.log}`);
  if (events !== undefined) print(`HTTP API: ${events.url}/docs, with the API key ${DEV_API_KEY}`);
  print('Ready. Press Ctrl-C to stop.');
  process.stdout.write(`${describe(stack)}\n`);
  const end = await Promise.race([
    asked,
    stack.worker().ended.then((code) => `The worker ended unexpectedly (${String(code)}); see ${stack.workerLog}`),
    ...(events === undefined
      ? []
      : [events.process().ended.then((code) => `The server ended unexpectedly (${String(code)}); see ${events.log}`)]),
  ]);
  if (end !== 'asked') print(end);
  await stack.stop();
  return end === 'asked' ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : BAD_INPUT);
  const isPlain = error instanceof DatabaseInUse || error instanceof WorldRefused;
  const message = isPlain ? error.message : String(error instanceof Error ? error.stack : error);
  print(`dev did not start: ${message}`);
  process.exit(1);
}
