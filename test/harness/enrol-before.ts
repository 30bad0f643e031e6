import type { Simulator } from '../../src/simulator/server.js';

/**
 * Enrols a phone of a guest before their stay registers them at Seam: otherwise the speed of the enrolment would show in the history.
 *
 * @param user_identity_key key of the guest's identity: property, reservation and guest
 */
export function enrolBefore({ hotel }: Simulator, user_identity_key: string): void {
  hotel.phones.add(hotel.identities.create({ user_identity_key, acs_system_ids: [hotel.world.acsSystemId] }).id);
}
