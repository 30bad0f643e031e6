/** Certificates of a Temporal server and its clients, made for one run by an authority of their own. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { generate, type GenerateResult } from 'selfsigned';

/** Name in the server's certificate. */
export const SERVER_NAME = 'temporal.hotel.test';

/** Files of a certificate and its key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  /** File of the authority's certificate. */
  readonly authority: string;
  readonly server: CertificateFiles;
  readonly client: CertificateFiles;
}

const USUAL = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Makes an authority, and a certificate for a server and one for its clients. Writes all to the folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const authority = await generate([{ name: 'commonName', value: 'Authority of a test' }], {
    ...USUAL,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const writePair = (name: string, { cert, private: key }: GenerateResult): CertificateFiles => ({
    certificate: write(`${name}.pem`, cert),
    key: write(`${name}-key.pem`, key),
  });
  const sign = (commonName: string): Promise<GenerateResult> =>
    generate([{ name: 'commonName', value: commonName }], {
      ...USUAL,
      ca: { cert: authority.cert, key: authority.private },
    });
  return {
    authority: write('authority.pem', authority.cert),
    server: writePair('server', await sign(SERVER_NAME)),
    client: writePair('client', await sign('stayline')),
  };
}
