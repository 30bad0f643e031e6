/** Worker process of `bench/seam-rate.ts`: makes as many calls as its budget allows; one in twenty is a revocation. */
import { createSeamClient, type ObservedCall } from '../src/seam/index.js';

const AT_ONCE = 15;
const REVOKES_EVERY_MS = 1_000;

const { SEAM_ENDPOINT: endpoint = '', SEAM_API_KEY: apiKey = '', SYSTEM: system = '' } = process.env;
let calls: Pick<ObservedCall, 'priority' | 'status' | 'waitMs'>[] = [];
const onCall = ({ priority, status, waitMs }: ObservedCall): void => void calls.push({ priority, status, waitMs });
const client = createSeamClient({
  endpoint,
  auth: { kind: 'api-key', apiKey },
  onCall,
  budget: { longestPauseMs: 60_000 },
});

async function callForever(): Promise<never> {
  for (;;)
    await client
      .forSystem(system)
      .getSystem({ acs_system_id: system })
      .catch(() => undefined);
}

process.on('message', (message) => {
  if (message === 'measure') calls = [];
  else process.send?.(calls);
});
process.on('disconnect', () => process.exit());
for (let caller = 0; caller < AT_ONCE; caller += 1) void callForever();
setInterval(() => {
  const gone = '00000000-0000-4000-8000-000000000000';
  void client
    .urgentlyForSystem(system)
    .deleteCredential({ acs_credential_id: gone })
    .catch(() => undefined);
}, REVOKES_EVERY_MS);
