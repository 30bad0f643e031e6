/**
 * Hotel as its guests use it: phones and doors, through the simulator's control API, and the keys that Seam reports.
 */
import axios from 'axios';
import { z } from 'zod';
import type { Simulator } from '../simulator/server.js';
import { personIdOf, type Person, type Tap, type TapReason } from './script.js';

const doorsSchema = z.object({ doors: z.array(z.object({ id: z.string(), name: z.string() })) });
const tapSchema = z.object({ opened: z.boolean(), reason: z.string() });
const identitySchema = z.object({ user_identity: z.object({ user_identity_id: z.string() }) });
const phonesSchema = z.object({
  phones: z.array(
    z.object({ user_identity_id: z.string(), online: z.boolean(), acs_credential_ids: z.array(z.string()) }),
  ),
});
const credentialsSchema = z.object({
  acs_credentials: z.array(z.object({ acs_credential_id: z.string(), user_identity_id: z.string() })),
});

export interface PhoneState {
  readonly online: boolean;
  readonly acsCredentialIds: readonly string[];
}

export interface Hotel {
  /** Registers the guest at Seam, without a phone yet, like an installation of the hotel's app. */
  welcome(person: Person): Promise<void>;
  /** Enrols the guest's phone, or takes it off the network. */
  setPhone(person: Person, becomes: 'enrolled' | 'offline'): Promise<void>;
  phoneOf(person: Person): Promise<PhoneState | undefined>;
  /** Holds the guest's phone to a door. */
  tap(tap: Pick<Tap, 'who' | 'door'>): Promise<TapReason>;
  /** Returns the number of keys that Seam holds for each of these guests. */
  keysAtSeam(guests: readonly Person[]): Promise<readonly number[]>;
  setFault(fault: object): Promise<void>;
}

/** Returns the hotel of a running simulator. */
export function openHotel({ url, apiKey, acsSystemId, property }: Simulator): Hotel {
  const http = axios.create({ baseURL: url, headers: { authorization: `Bearer ${apiKey}` } });
  const ask = async <T>(schema: z.ZodType<T>, path: string, body: object): Promise<T> =>
    schema.parse((await http.post<unknown>(path, body)).data);

  const identityKey = (person: Person): string => `${property.propertyId}/${personIdOf(person)}`;
  const identityOf = async (person: Person): Promise<string> => {
    const answer = await ask(identitySchema, '/user_identities/get', { user_identity_key: identityKey(person) });
    return answer.user_identity.user_identity_id;
  };

  return {
    async welcome(person) {
      await http.post('/user_identities/create', { user_identity_key: identityKey(person), full_name: person.name });
    },
    async setPhone(person, becomes) {
      const user_identity_id = await identityOf(person);
      await http.post('/_sim/phones', { user_identity_id, online: becomes !== 'offline' });
    },
    async phoneOf(person) {
      const identityId = await identityOf(person);
      const { phones } = phonesSchema.parse((await http.get<unknown>('/_sim/phones')).data);
      const phone = phones.find((one) => one.user_identity_id === identityId);
      return phone && { online: phone.online, acsCredentialIds: phone.acs_credential_ids };
    },
    async tap({ who, door }) {
      const { doors } = doorsSchema.parse((await http.get<unknown>('/_sim/hotel')).data);
      const found = doors.find((one) => one.name === door);
      if (found === undefined) throw new Error(`the hotel has no door ${JSON.stringify(door)}`);
      const body = { user_identity_id: await identityOf(who), acs_entrance_id: found.id };
      return (await ask(tapSchema, '/_sim/tap', body)).reason as TapReason;
    },
    async keysAtSeam(guests) {
      const body = { acs_system_id: acsSystemId, is_multi_phone_sync_credential: true };
      const { acs_credentials: keys } = await ask(credentialsSchema, '/acs/credentials/list', body);
      const identities = await Promise.all(guests.map(identityOf));
      return identities.map((identity) => keys.filter((key) => key.user_identity_id === identity).length);
    },
    async setFault(fault) {
      await http.post('/_sim/faults', fault);
    },
  };
}
