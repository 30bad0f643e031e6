/** Commands of `stayline` that play a guest of the simulated hotel (docs/cli.md): set up a phone, and hold it to a door. */
import axios, { isAxiosError } from 'axios';
import type { Command } from 'commander';
import { z } from 'zod';
import type { StayName } from '../client.js';
import { NotWorked } from './outcome.js';
import { withJson, type JsonOption } from './shared-options.js';
import { withStays } from './temporal.js';
import type { Terminal } from './terminal.js';

const SIMULATOR = 'http://127.0.0.1:4010';
const TIMEOUT_MS = 10_000;

const phoneAnswer = z.object({ device_id: z.string() });
const tapAnswer = z.object({ opened: z.boolean(), reason: z.string() });

interface SimOptions extends JsonOption {
  readonly simulator: string;
}

/** Adds the commands `sim phone` and `sim tap`. */
export function addSimCommands(program: Command, { env, out }: Terminal): void {
  const group = program.command('sim').description('Plays a guest of the simulated hotel.');
  const act = (name: string, summary: string): Command =>
    withJson(group.command(name), "the simulator's answer")
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .argument('<propertyId>')
      .argument('<reservationId>')
      .argument('<guestId>')
      .option('--simulator <url>', 'root of the simulator', env['SEAM_ENDPOINT'] ?? SIMULATOR);

  act('phone', "set up a phone of the guest, as the hotel's app does").action(
    async (propertyId: string, reservationId: string, guestId: string, { simulator, json }: SimOptions) => {
      const stay = { propertyId, reservationId };
      const user_identity_id = await identityOf(env, stay, guestId);
      const phone = await ask(simulator, '/_sim/phones', { user_identity_id }, phoneAnswer);
      // The app reports its phone; otherwise the stay finds it when it looks for one the next time.
      await withStays(env, (stays) => stays.signal(stay, 'phoneReady', { guestId, by: 'cli' }));
      out.write(json ? `${JSON.stringify(phone, null, 2)}\n` : `Guest ${guestId} has the phone ${phone.device_id}\n`);
    },
  );

  act('tap', "hold the guest's phone to a door; exit code 1 if it stays closed")
    .argument('<door>', 'name of the door, such as 101')
    .action(
      async (
        propertyId: string,
        reservationId: string,
        guestId: string,
        door: string,
        { simulator, json }: SimOptions,
      ) => {
        const user_identity_id = await identityOf(env, { propertyId, reservationId }, guestId);
        const tap = await ask(simulator, '/_sim/tap', { user_identity_id, door }, tapAnswer);
        if (json) out.write(`${JSON.stringify(tap, null, 2)}\n`);
        else if (tap.opened) out.write(`Door ${door} opens for guest ${guestId}\n`);
        if (!tap.opened) throw new NotWorked(`door ${door} stays closed for guest ${guestId}: ${tap.reason}`);
      },
    );
}

async function identityOf(env: NodeJS.ProcessEnv, stay: StayName, guestId: string): Promise<string> {
  const { guests } = await withStays(env, (stays) => stays.view(stay));
  const guest = guests.find((one) => one.guestId === guestId);
  if (guest === undefined) throw new NotWorked(`the stay has no guest ${guestId}`);
  if (guest.userIdentityId !== undefined) return guest.userIdentityId;
  throw new NotWorked(`guest ${guestId} is not registered at Seam yet, which follows a confirmed booking`);
}

async function ask<Answer>(simulator: string, path: string, body: object, answer: z.ZodType<Answer>): Promise<Answer> {
  try {
    const { data } = await axios.post<unknown>(new URL(path, simulator).href, body, { timeout: TIMEOUT_MS });
    return answer.parse(data);
  } catch (error) {
    if (!isAxiosError<{ readonly error?: { readonly message?: string } }>(error)) throw error;
    const why = error.response?.data.error?.message ?? error.code ?? error.message;
    throw new NotWorked(`the simulator at ${simulator} does not do this: ${why}`);
  }
}
