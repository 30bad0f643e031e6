/** Free TCP ports on the loopback interface. */
import { createServer } from 'node:net';

/**
 * Returns ports that were free a moment ago, all different, in the order of the arguments.
 * @param preferred the port to take if it is free; otherwise, or if absent, the operating system chooses
 */
export async function freePorts(...preferred: readonly (number | undefined)[]): Promise<number[]> {
  const held: HeldPort[] = [];
  for (const port of preferred) held.push((await hold(port ?? 0)) ?? (await holdAny()));
  await Promise.all(held.map((one) => one.release()));
  return held.map((one) => one.port);
}

async function holdAny(): Promise<HeldPort> {
  const held = await hold(0);
  if (held === undefined) throw new Error('the operating system has no free port');
  return held;
}

interface HeldPort {
  readonly port: number;
  readonly release: () => Promise<void>;
}

function hold(port: number): Promise<HeldPort | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (port !== 0 && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port');
      resolve({ port: address.port, release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}
