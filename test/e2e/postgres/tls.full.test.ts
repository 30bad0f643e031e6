/** Temporal's server on PostgreSQL admits only callers with a certificate of its authority, and callers admit only such a server. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalSetup } from '../../harness/operator-setup.js';
import { makeCertificates, SERVER_NAME, type Certificates } from '../../harness/postgres/certificates.js';
import { HAS_POSTGRES, openTemporalOnPostgres, type TemporalOnPostgres } from '../../harness/postgres/temporal.js';

describe.skipIf(!HAS_POSTGRES)("Temporal's server on PostgreSQL", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-tls-'));
  let temporal: TemporalOnPostgres;
  /** Certificates of another authority. */
  let foreign: Certificates;
  beforeAll(async () => {
    [temporal, foreign] = await Promise.all([openTemporalOnPostgres(), makeCertificates(folder)]);
  }, 600_000);
  afterAll(async () => {
    await temporal.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Returns `accepted` once the server speaks to the caller, or the code of the refusal. */
  function answerTo(caller: ConnectionOptions): Promise<string> {
    const [host, port] = temporal.target.address.split(':');
    const ca = readFileSync(temporal.certificates.authority);
    return new Promise<string>((resolve) => {
      const servername = SERVER_NAME;
      const socket = connectTls({ host, port: Number(port), servername, ca, ALPNProtocols: ['h2'], ...caller });
      // The server of HTTP/2 speaks first, once it has seen the certificate.
      socket.once('data', () => {
        resolve('accepted');
        socket.destroy();
      });
      socket.once('error', ({ code = 'no code' }: NodeJS.ErrnoException) => resolve(code));
      socket.once('close', () => resolve('closed'));
    });
  }

  const pairOf = ({ client: { certificate, key } }: Certificates): ConnectionOptions => ({
    cert: readFileSync(certificate),
    key: readFileSync(key),
  });

  test('a caller with a certificate of the authority is accepted', async () => {
    expect(await answerTo(pairOf(temporal.certificates))).toBe('accepted');
  });

  test('a caller without a certificate, or with one of another authority, is refused', async () => {
    expect(await answerTo({})).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    expect(await answerTo(pairOf(foreign))).toMatch(/^ERR_SSL_(TLSV1_ALERT_UNKNOWN_CA|SSLV3_ALERT_BAD_CERTIFICATE)$/);
  });

  test('the command line reaches the server with its certificate, and the server is ready for stays', async () => {
    expect(await temporalSetup(['--check'], temporal.env)).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    ['without a certificate', () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS_CLIENT_KEY_PATH: '' })],
    [
      'with a certificate of another authority',
      () => ({
        TEMPORAL_TLS_CLIENT_CERT_PATH: foreign.client.certificate,
        TEMPORAL_TLS_CLIENT_KEY_PATH: foreign.client.key,
      }),
    ],
    ['that trusts another authority', () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: foreign.authority })],
    ['that expects another name of the server', () => ({ TEMPORAL_TLS_SERVER_NAME: 'other.hotel.test' })],
  ])('a command line %s does not reach the server', async (_caller, change) => {
    const answer = await temporalSetup(['--check'], { ...temporal.env, ...change() });
    expect(answer).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no Temporal server answers') });
  });
});
