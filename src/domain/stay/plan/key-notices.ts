/** Notices about existing keys (rules 7 and 9), and the instants at which time alone changes the plan. */
import { isBefore } from '../../model/instants.js';
import type { Key } from '../../model/key.js';
import { isLive, keysOf, mayLive, sharesRoom } from '../known/keyring.js';
import { list, notice, shouldHoldKey, type Round } from './round.js';

/** Adds the notices and wake times of all keys and guests to the round. */
export function noteKeys(round: Round): void {
  for (const key of round.keyring.keys) {
    const where = list(key.ask.rooms);
    if (key.outageSince !== undefined && mayLive(key)) {
      const why = key.outageWhy === undefined ? '' : `: ${key.outageWhy}`;
      notice(round, 'access-system-down', `Seam or the access system does not answer for ${where}${why}`, key.guestId);
    }
    if (key.state === 'revoking' && (key.outageSince !== undefined || key.retryAt !== undefined)) {
      notice(round, 'revoke-unconfirmed', `the end of a key to ${where} is not confirmed`, key.guestId);
    }
    if (key.delayedSince !== undefined && key.state === 'issuing') {
      notice(round, 'key-delayed', `the key to ${where} has not reached the provider yet`, key.guestId);
    }
    // A key that is not dead ends then. After one that somebody else ended, the next may be issued then (rule 8).
    if (mayLive(key) || key.ended === 'killed') round.wakes.push(key.ask.window.to);
    noteShortening(round, key);
  }
  for (const guest of round.desired.guests) {
    if (shouldHoldKey(guest, round.now)) round.wakes.push(guest.window.to);
  }
}

/** Adds a notice for a shortened key (rule 9): a phone that is offline may open doors with it until its old end. */
function noteShortening(round: Round, old: Key): void {
  if (old.residualUntil === undefined || !isBefore(round.now, old.residualUntil)) return;
  const { residualUntil } = old;
  const successors = keysOf(round.keyring, old.guestId).filter(
    (key) => isLive(key, round.now) && sharesRoom(key.ask.rooms, old.ask.rooms),
  );
  const isShorter = successors.every((key) => isBefore(key.ask.window.to, residualUntil));
  if (successors.length === 0 || !isShorter) return;
  round.wakes.push(residualUntil);
  notice(
    round,
    'shortening-unconfirmed',
    `a phone that is offline may open ${list(old.ask.rooms)} until ${residualUntil}`,
    old.guestId,
  );
}
