/** A Temporal server as an operator has it before Stayline: no search attributes, nothing but the namespace `default`. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { requireTool } from '../../src/temporal/binaries.js';
import { connect } from '../../src/temporal/connection.js';
import { freePorts } from '../../src/temporal/ports.js';

export interface BareServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a server on a port that was chosen before. It answers after a while. */
export function startBareServerAt(port: number, [httpPort, metricsPort]: readonly number[]): BareServer {
  const ports = [`--port=${port}`, `--http-port=${httpPort}`, `--metrics-port=${metricsPort}`];
  const child: ChildProcess = fork(
    path.join(packageRoot(), 'scripts/guard.mjs'),
    [requireTool('temporal'), 'server', 'start-dev', '--ip=127.0.0.1', '--headless', '--log-level=never', ...ports],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] },
  );
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Starts a server, and resolves once it answers. */
export async function startBareServer(): Promise<BareServer> {
  const [port = 0, ...others] = await freePorts(undefined, undefined, undefined);
  const server = startBareServerAt(port, others);
  const connection = await connect({ address: server.address, namespace: 'default' });
  await connection.close();
  return server;
}
