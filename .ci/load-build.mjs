/** Loads the output of `npm run build` as its users do: the worker and the server, without an environment. */
import { spawnSync } from 'node:child_process';
import { strict as assert } from 'node:assert';

const env = { PATH: process.env.PATH };
const worker = spawnSync(process.execPath, ['dist/src/worker.js'], { env, encoding: 'utf8' });
assert.equal(worker.status, 2, `a worker without an environment should end with 2:\n${worker.stderr}`);
assert.match(worker.stderr, /STAYLINE_PROPERTIES is needed/);

const server = spawnSync(process.execPath, ['dist/src/server.js'], { env, encoding: 'utf8' });
assert.equal(server.status, 2, `a server without an environment should end with 2:\n${server.stderr}`);
assert.match(server.stderr, /STAYLINE_API_KEYS is needed/);
