/** A Temporal server as an operator has it before Stayline: no search attributes, nothing but the namespace `default`. */
import { requireTool } from '../../src/temporal/binaries.js';
import { connect } from '../../src/temporal/connection.js';
import { freePorts } from '../../src/temporal/ports.js';
import { startGuarded } from './guarded.js';

export interface BareServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a server on a port that was chosen before. It answers after a while. */
export function startBareServerAt(port: number, [httpPort, metricsPort]: readonly number[]): BareServer {
  const ports = [`--port=${port}`, `--http-port=${httpPort}`, `--metrics-port=${metricsPort}`];
  const options = ['--ip=127.0.0.1', '--headless', '--log-level=never', ...ports];
  const server = startGuarded([requireTool('temporal'), 'server', 'start-dev', ...options], 'ignore');
  return { address: `127.0.0.1:${port}`, stop: async () => (await server).stop() };
}

/** Starts a server, and resolves once it answers. */
export async function startBareServer(): Promise<BareServer> {
  const [port = 0, ...others] = await freePorts(undefined, undefined, undefined);
  const server = startBareServerAt(port, others);
  const connection = await connect({ address: server.address, namespace: 'default' });
  await connection.close();
  return server;
}
